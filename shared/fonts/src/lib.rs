//! The fonts that values are written with into documents: which characters they have, and text laid out with them.
//!
//! Three come with Parlor, 0.8 MB, under the SIL Open Font License (`noto/OFL.txt`): Noto Sans (Latin, Greek, Cyrillic,
//! Vietnamese), Noto Sans Arabic and Noto Sans Hebrew. An installation adds its own by putting files into a folder, for
//! instance Noto Sans CJK for Japanese; those are read when a text first needs one of their characters. A character that no
//! font has is refused where it is typed ([`Fonts::uncovered`]), and not when a document is finished.

mod layout;

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub use layout::{Align, Glyph, Laid, Line, Run, Typesetter};
use skrifa::raw::{FileRef, TableProvider as _};
use skrifa::{FontRef, MetadataProvider as _};

const SHIPPED: [&[u8]; 3] = [
    include_bytes!("../noto/NotoSans-Regular.ttf"),
    include_bytes!("../noto/NotoSansArabic-Regular.ttf"),
    include_bytes!("../noto/NotoSansHebrew-Regular.ttf"),
];

/// A font's file, shared between those who draw with it.
pub type Data = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Fonts in the order in which they are tried for a character.
pub struct Fonts {
    faces: Vec<Face>,
}

struct Face {
    source: Source,
    /// Read once; nothing when the file is gone or no font.
    data: OnceLock<Option<Data>>,
}

enum Source {
    Shipped(&'static [u8]),
    File(PathBuf),
}

impl Face {
    fn new(source: Source) -> Self {
        Self { source, data: OnceLock::new() }
    }

    fn data(&self) -> Option<&Data> {
        let read = || -> Option<Data> {
            let data: Data = match &self.source {
                Source::Shipped(bytes) => Arc::new(*bytes),
                Source::File(path) => Arc::new(fs::read(path).ok()?),
            };
            let is_font = font((*data).as_ref()).is_some();
            is_font.then_some(data)
        };
        self.data.get_or_init(read).as_ref()
    }

    fn has(&self, character: char) -> bool {
        let found = self.data().and_then(|data| font((**data).as_ref())?.charmap().map(character));
        found.is_some_and(|glyph| glyph.to_u32() != 0)
    }
}

/// The font of a file; of a collection its first.
fn font(data: &[u8]) -> Option<FontRef<'_>> {
    let font = match FileRef::new(data).ok()? {
        FileRef::Font(font) => font,
        FileRef::Collection(fonts) => fonts.get(0).ok()?,
    };
    font.cmap().is_ok().then_some(font)
}

impl Fonts {
    /// Those that come with Parlor. Reads no file.
    pub fn shipped() -> Self {
        Self { faces: SHIPPED.into_iter().map(|bytes| Face::new(Source::Shipped(bytes))).collect() }
    }

    /// Those that come with Parlor, and after them each `ttf`, `otf` and `ttc` file of `folder` by name. A folder that is not
    /// there adds none. Of a collection the first font is taken.
    #[must_use]
    pub fn with_folder(folder: &Path) -> Self {
        let is_font = |path: &PathBuf| {
            let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
            extension.is_some_and(|extension| ["ttf", "otf", "ttc"].contains(&extension.as_str()))
        };
        let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
        let mut paths: Vec<PathBuf> = entries.filter(is_font).collect();
        paths.sort();
        let mut fonts = Self::shipped();
        fonts.faces.extend(paths.into_iter().map(|path| Face::new(Source::File(path))));
        fonts
    }

    /// The characters of `text` that no font has, each once, in the order of the text. Controls other than line breaks and
    /// tabs are among them, and the characters that turn the direction of what follows, because a page would read otherwise
    /// than the text. Cheap enough for each keystroke.
    pub fn uncovered(&self, text: &str) -> Vec<char> {
        let mut missing = Vec::new();
        for character in text.chars() {
            if self.face_of(character).is_none() && !missing.contains(&character) {
                missing.push(character);
            }
        }
        missing
    }

    /// `text` for a page that has to say something: what no font has stands there by its code, `(U+0E01)`.
    pub fn showable<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if text.chars().all(|character| self.face_of(character).is_some()) {
            return Cow::Borrowed(text);
        }
        let spell = |character: char| {
            if self.face_of(character).is_some() {
                String::from(character)
            } else {
                format!("(U+{:04X})", u32::from(character))
            }
        };
        Cow::Owned(text.chars().map(spell).collect())
    }

    /// Which font has a character: its place in the order. What takes no room of its own is the first one's.
    fn face_of(&self, character: char) -> Option<usize> {
        match character {
            // With joiners and marks of direction, which shaping understands.
            '\n' | '\r' | '\t' | '\u{200c}'..='\u{200f}' | '\u{061c}' => Some(0),
            // Embeddings, overrides and isolates.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
            character if character.is_control() => None,
            character => self.faces.iter().position(|face| face.has(character)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_without_a_font_are_named_once() {
        let fonts = Fonts::shipped();
        assert_eq!(
            fonts.uncovered("Zoë Ångström, Łódź, Ελένη, Жанна, שָׁלוֹם, مرحبا ١٢٣ €\nsecond line"),
            Vec::<char>::new()
        );
        assert_eq!(fonts.uncovered("日本 日 กข \u{202e}x\u{7}"), ['日', '本', 'ก', 'ข', '\u{202e}', '\u{7}']);
        assert_eq!(fonts.uncovered("\u{200d}\u{200f}"), Vec::<char>::new());
    }

    #[test]
    fn a_page_says_what_it_cannot_show() {
        let fonts = Fonts::shipped();
        assert_eq!(fonts.showable("plain"), "plain");
        assert_eq!(fonts.showable("a ก"), "a (U+0E01)");
    }

    #[test]
    fn a_folder_that_is_not_there_or_holds_no_fonts_adds_none() {
        let folder = std::env::temp_dir().join(format!("parlor-fonts-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("broken.ttf"), b"no font").unwrap();
        fs::write(folder.join("notes.txt"), b"nothing").unwrap();
        let fonts = Fonts::with_folder(&folder);
        assert_eq!(fonts.faces.len(), 4);
        assert_eq!(fonts.uncovered("a日"), ['日']);
        assert_eq!(Fonts::with_folder(&folder.join("none")).faces.len(), 3);
        fs::remove_dir_all(&folder).unwrap();
    }
}
