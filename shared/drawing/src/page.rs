//! A page as a picture.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;

/// Pixels of a side.
const SIDE: f32 = 8_000.0;
/// Pixels of a picture.
const PIXELS: f32 = 16_000_000.0;
/// Bytes from which on a picture is taken for a scan.
const LARGE: usize = 100_000;

/// Draws a page, counted from 1, at a width; smaller if it would be too high.
pub(crate) fn draw(bytes: Vec<u8>, page: u32, width: u16) -> Option<Vec<u8>> {
    let pdf = Pdf::new(bytes).ok()?;
    let page = pdf.pages().get(usize::try_from(page).ok()?.checked_sub(1)?)?;
    let (wide, high) = page.render_dimensions();
    if !(wide >= 1.0 && high >= 1.0) {
        return None;
    }
    let scale = (f32::from(width) / wide).min(SIDE / wide).min(SIDE / high).min((PIXELS / (wide * high)).sqrt());
    let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let (cache, interpreter) = (RenderCache::new(), InterpreterSettings::default());
    encode(&render(page, &cache, &interpreter, &RenderSettings::default(), &settings))
}

/// As WebP without loss, which is smallest for letters and lines; as JPEG if that is large and JPEG is smaller.
fn encode(picture: &Pixmap) -> Option<Vec<u8>> {
    let (width, height) = (u32::from(picture.width()), u32::from(picture.height()));
    if width == 0 || height == 0 {
        return None;
    }
    // The page is white, so nothing is transparent.
    let pixels: Vec<u8> = picture.data().iter().flat_map(|pixel| [pixel.r, pixel.g, pixel.b]).collect();
    let mut webp = Vec::new();
    WebPEncoder::new_lossless(&mut webp).encode(&pixels, width, height, ExtendedColorType::Rgb8).ok()?;
    if webp.len() <= LARGE {
        return Some(webp);
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 70).encode(&pixels, width, height, ExtendedColorType::Rgb8).ok()?;
    Some(if jpeg.len() < webp.len() { jpeg } else { webp })
}
