//! How our modules become one script each: what is joined, what is refused, and that the result is what was written.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, process};

use parlor_templates::assets;

#[path = "../build/scripts.rs"]
mod scripts;

/// A folder with these files, and what becomes of `main.js` in it.
fn bundle(name: &str, files: &[(&str, &str)]) -> Result<String, String> {
    let folder = env::temp_dir().join(format!("parlor-bundle-{}-{name}", process::id()));
    for (file, text) in files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
    let bundled = scripts::bundle(&folder.join("main.js"));
    fs::remove_dir_all(folder).expect("removed");
    bundled
}

#[test]
fn modules_come_once_after_what_they_import_with_names_of_their_own() {
    let text = bundle(
        "order",
        &[
            (
                "main.js",
                "import { a } from \"./lib/a.js\";\nimport {\n  b,\n  c,\n} from \"./b.js\";\n\nuse(a, b, c);\n",
            ),
            (
                "b.js",
                "import { a } from \"./lib/a.js\";\nimport \"./lib/said.js\";\n\nexport const b = a;\n\
                 export async function c() {\n  if (a) {\n  }\n}\nc();\n",
            ),
            ("lib/a.js", "const own = 1;\nexport class a {}\nexport const f = () => {\n};\n"),
            ("lib/said.js", "import { a } from \"./a.js\";\n\nsay(a);\n"),
        ],
    );
    let expected = "{const own=1;var a=class{};var f=()=>{}}\n\
                    {say(a)}\n\
                    {var b=a;var c=async function(){if(a){}};c()}\n\
                    {use(a,b,c)}\n";
    assert_eq!(text.as_deref(), Ok(expected));
}

#[test]
fn what_is_not_understood_is_refused() {
    for (name, files, what) in [
        ("cycle", &[("main.js", "import \"./b.js\";\n"), ("b.js", "import \"./main.js\";\n")][..], "imports itself"),
        ("missing", &[("main.js", "import \"./b.js\";\n")], "b.js"),
        ("unknown", &[("main.js", "import { a } from \"./b.js\";\n"), ("b.js", "const a = 1;\n")], "has no `a`"),
        (
            "twice",
            &[("main.js", "import \"./b.js\";\nexport const a = 1;\n"), ("b.js", "export const a = 1;\n")],
            "exports `a`, as",
        ),
        ("default", &[("main.js", "import b from \"./b.js\";\n"), ("b.js", "")], "not understood: import b"),
        ("star", &[("main.js", "import * as b from \"./b.js\";\n"), ("b.js", "")], "not understood: import *"),
        ("as", &[("main.js", "import { a as b } from \"./b.js\";\n"), ("b.js", "")], "not understood: import { a as"),
        ("bare", &[("main.js", "import \"react\";\n")], "not understood: import \"react\""),
        ("list", &[("main.js", "const a = 1;\nexport { a };\n")], "not understood: export {"),
        ("parts", &[("main.js", "export const { a } = b;\n")], "not understood: export const {"),
        ("changing", &[("main.js", "export let a = 1;\n")], "not understood: export let"),
    ] {
        let refused = bundle(name, files).expect_err(name);
        assert!(refused.contains(what), "{name}: {refused}");
    }
}

#[test]
fn only_what_means_nothing_is_taken_out() {
    let source = r#"// A comment; and /* another in it.
/* Over
   lines. */
const a = "  // not a comment  ", b = '\'"  ';
const c = `  ${a + ` /* ${"}"} */ `}  `;
const d = /[/"'] \/ /g.test(a) ? a / b / 2 : [/ {2}/];
const e = a + +b - -c;
const f = () => ({
  d,
  e: [
    d,
    e,
  ],
});
if (a) return /  /;
else throw typeof f in e;
"#;
    let expected = concat!(
        r#"{const a="  // not a comment  ",b='\'"  ';const c=`  ${a + ` /* ${"}"} */ `}  `;"#,
        r#"const d=/[/"'] \/ /g.test(a)?a/b/2:[/ {2}/];const e=a+ +b- -c;const f=()=>({d,e:[d,e]});"#,
        "if(a)return/  /;else throw typeof f in e}\n",
    );
    assert_eq!(bundle("short", &[("main.js", source)]).as_deref(), Ok(expected));
}

#[test]
fn every_served_script_is_a_module() {
    for asset in assets::ALL.iter().filter(|asset| asset.content_type.starts_with("text/javascript")) {
        let path = env::temp_dir().join(format!("parlor-{}-{}", process::id(), asset.name)).with_extension("mjs");
        fs::write(&path, asset.body).expect("written");
        let run = Command::new("node").arg("--check").arg(&path).output().expect("this test needs the program `node`");
        fs::remove_file(&path).expect("removed");
        assert!(run.status.success(), "{}: {}", asset.name, String::from_utf8_lossy(&run.stderr));
    }
}

/// A script that no page gets is one that nobody looks at.
#[test]
fn every_module_is_in_some_bundle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/js");
    let mut folders = vec![root.clone()];
    let mut texts = String::new();
    let mut modules: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                texts += &fs::read_to_string(&path).expect("text");
                modules.push(path);
            }
        }
    }
    for module in modules.iter().filter(|module| module.parent() != Some(&root)) {
        let name = module.file_name().expect("a name").to_string_lossy();
        assert!(texts.contains(&format!("/{name}\";")), "nothing imports {}", module.display());
    }
}
