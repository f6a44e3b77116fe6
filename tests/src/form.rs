//! A form of a page, as a browser without a script sends it.

/// Names and values of what the form with this id would send, in its order: boxes that are ticked, options that are chosen.
#[must_use]
pub fn fields(page: &str, id: &str) -> Vec<(String, String)> {
    let form = page.split_once(&format!("id=\"{id}\"")).map_or("", |(_, rest)| rest);
    let form = form.split("</form>").next().unwrap_or_default();
    let mut found = vec![];
    for (at, _) in form.match_indices('<') {
        let element = &form[at + 1..];
        let tag = element.split('>').next().unwrap_or_default();
        let Some(name) = attribute(tag, "name") else { continue };
        let inside =
            |end: &str| element.split_once('>').and_then(|(_, rest)| rest.split(end).next()).unwrap_or_default();
        let flag = |name: &str| tag.split_whitespace().any(|word| word == name);
        let value = match tag.split_whitespace().next().unwrap_or_default() {
            _ if flag("disabled") => continue,
            "input" if attribute(tag, "type").as_deref() == Some("checkbox") => {
                if !flag("checked") {
                    continue;
                }
                "on".to_owned()
            }
            "input" => attribute(tag, "value").unwrap_or_default(),
            "textarea" => plain(inside("</textarea>")),
            "select" => {
                let options: Vec<&str> = inside("</select>").split("<option").skip(1).collect();
                let chosen =
                    options.iter().find(|option| option.split('>').next().unwrap_or_default().ends_with(" selected"));
                chosen.or(options.first()).and_then(|option| attribute(option, "value")).unwrap_or_default()
            }
            _ => continue,
        };
        found.push((name, value));
    }
    found
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next().map(plain)
}

fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
