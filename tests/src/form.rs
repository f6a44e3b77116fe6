//! Forms of a page, as a browser without a script sends them.

/// A form that posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Where it is sent to.
    pub action: String,
    /// Names and values of what it sends, in its order: boxes that are ticked, options that are chosen.
    pub fields: Vec<(String, String)>,
    /// Its buttons that say something, as one of them is pressed.
    pub buttons: Vec<(String, String)>,
}

/// Every form of a page that posts. A button with an address of its own makes one more.
#[must_use]
pub fn posting(page: &str) -> Vec<Form> {
    let mut found = vec![];
    for part in page.split("<form ").skip(1) {
        let tag = format!(" {}", part.split('>').next().unwrap_or_default());
        let Some(action) = attribute(&tag, "action").filter(|_| attribute(&tag, "method").as_deref() == Some("post"))
        else {
            continue;
        };
        let inside = part.split("</form>").next().unwrap_or_default();
        let form = Form { action, fields: fields_in(inside), buttons: buttons_in(inside) };
        for button in inside.split("<button").skip(1) {
            if let Some(action) = attribute(button.split('>').next().unwrap_or_default(), "formaction") {
                found.push(Form { action, ..form.clone() });
            }
        }
        found.push(form);
    }
    found
}

fn buttons_in(form: &str) -> Vec<(String, String)> {
    let tags = form.split("<button").skip(1).map(|button| button.split('>').next().unwrap_or_default());
    tags.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))).collect()
}

/// Names and values of what the form with this id would send, in its order: boxes that are ticked, options that are chosen.
#[must_use]
pub fn fields(page: &str, id: &str) -> Vec<(String, String)> {
    let form = page.split_once(&format!("id=\"{id}\"")).map_or("", |(_, rest)| rest);
    fields_in(form.split("</form>").next().unwrap_or_default())
}

fn fields_in(form: &str) -> Vec<(String, String)> {
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
