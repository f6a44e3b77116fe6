//! Pictures that customers and agents send (R21): turned upright, bounded, written anew, and several as one PDF.
//!
//! A picture from a phone says where and when it was taken, and with what. Nothing of that is passed on: each is decoded and
//! encoded again. [`clean`] decodes what a stranger made, so it belongs into a process of its own (`parlor-drawing`).

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::imageops::{FilterType, overlay};
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Rgba, RgbaImage};
use krilla::SerializeSettings;
use krilla::geom::{Size, Transform};
use krilla::page::PageSettings;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a picture is not taken. People are told in words of their language; the serialised form is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoPicture {
    /// Neither JPEG nor PNG nor WebP, whatever its name says.
    #[error("this is no picture of a kind that can be read")]
    UnknownKind,
    /// The kind that iPhones keep, which they send as JPEG when a page asks for that.
    #[error("this is a HEIC picture")]
    Heic,
    /// More bytes than allowed.
    #[error("the file is too big")]
    TooBig,
    /// More pixels than allowed.
    #[error("the picture is too large")]
    TooManyPixels,
    /// Ends early, or is wrong somewhere.
    #[error("the picture is damaged")]
    Damaged,
}

/// What is allowed, and how large a picture stays.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of the file.
    pub bytes: usize,
    /// Looked at before anything is decoded.
    pub pixels: u64,
    /// Pixels of the longer side that are kept. A page of A4 with 300 to the inch has 3,508.
    pub side: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 20_000_000, pixels: 50_000_000, side: 3_508 }
    }
}

/// A picture that we wrote: upright, without metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The file.
    pub bytes: Vec<u8>,
    /// `image/jpeg`, or `image/png` for what is partly transparent.
    pub content_type: &'static str,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// Memory that a decoder may ask for beside the picture itself.
const SPARE: u64 = 64_000_000;
const QUALITY: u8 = 85;
/// The largest logo, in pixels: pages and mails show it at most 32 high, on screens with up to three pixels for one.
pub const LOGO: (u32, u32) = (640, 240);
/// Bytes of a PNG from which on a logo is a photograph.
const LARGE_PNG: usize = 100_000;
/// Of thumbnails.
const SMALL_QUALITY: u8 = 75;

/// Which kind a file is, by its first bytes.
fn kind(bytes: &[u8]) -> Result<ImageFormat, NoPicture> {
    let brand = bytes.get(4..12).and_then(|head| head.strip_prefix(b"ftyp"));
    if brand.is_some_and(|brand| matches!(brand, b"heic" | b"heix" | b"hevc" | b"heim" | b"mif1" | b"msf1")) {
        return Err(NoPicture::Heic);
    }
    match image::guess_format(bytes) {
        Ok(kind @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) => Ok(kind),
        _ => Err(NoPicture::UnknownKind),
    }
}

/// Whether a file is a picture by its first bytes, whatever it is called: one that [`clean`] reads, or a HEIC picture.
#[must_use]
pub fn is_picture(bytes: &[u8]) -> bool {
    !matches!(kind(bytes), Err(NoPicture::UnknownKind))
}

/// A small JPEG of a picture, no side longer than `side` pixels; what is transparent is white. Takes what [`clean`] gives.
pub fn thumbnail(picture: &Picture, side: u32) -> Result<Vec<u8>, NoPicture> {
    let whole = image::load_from_memory(&picture.bytes).map_err(|_| NoPicture::Damaged)?;
    let small = whole.thumbnail(side, side);
    let mut paper = RgbaImage::from_pixel(small.width(), small.height(), Rgba([255; 4]));
    overlay(&mut paper, &small.to_rgba8(), 0, 0);
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, SMALL_QUALITY);
    DynamicImage::from(paper).to_rgb8().write_with_encoder(encoder).map_err(|_| NoPicture::Damaged)?;
    Ok(bytes)
}

/// Decodes a picture, turns it upright by what its camera noted, makes it smaller if it is very large, and writes it anew.
pub fn clean(bytes: &[u8], limits: &Limits) -> Result<Picture, NoPicture> {
    encode(&open(bytes, limits)?)
}

/// A company's logo (R19): as [`clean`], in [`LOGO`]. Letters and edges stay sharp: it is a PNG, and a JPEG only where that would be large
/// and nothing of it is transparent.
pub fn logo(bytes: &[u8], limits: &Limits) -> Result<Picture, NoPicture> {
    let picture = within(open(bytes, limits)?, LOGO);
    let (width, height, is_transparent) = (picture.width(), picture.height(), is_transparent(&picture));
    let picture =
        if is_transparent { DynamicImage::from(picture.to_rgba8()) } else { DynamicImage::from(picture.to_rgb8()) };
    let mut bytes = Vec::new();
    let png = PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, PngFilter::Adaptive);
    picture.write_with_encoder(png).map_err(|_| NoPicture::Damaged)?;
    if bytes.len() > LARGE_PNG && !is_transparent {
        return encode(&picture);
    }
    Ok(Picture { bytes, content_type: "image/png", width, height })
}

/// The picture, no larger than so wide and high. What is transparent has a colour, too, which nobody is to see at its edges: each pixel
/// counts for as much as there is of it.
fn within(picture: DynamicImage, (width, height): (u32, u32)) -> DynamicImage {
    if picture.width() <= width && picture.height() <= height {
        return picture;
    }
    let mut whole = picture.into_rgba32f();
    for Rgba([red, green, blue, share]) in whole.pixels_mut() {
        (*red, *green, *blue) = (*red * *share, *green * *share, *blue * *share);
    }
    let mut small = DynamicImage::from(whole).resize(width, height, FilterType::Triangle).into_rgba32f();
    for Rgba([red, green, blue, share]) in small.pixels_mut() {
        if *share > 0.0 {
            (*red, *green, *blue) = (*red / *share, *green / *share, *blue / *share);
        }
    }
    DynamicImage::from(DynamicImage::from(small).to_rgba8())
}

fn open(bytes: &[u8], limits: &Limits) -> Result<DynamicImage, NoPicture> {
    if bytes.len() > limits.bytes {
        return Err(NoPicture::TooBig);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), kind(bytes)?);
    let mut allowed = image::Limits::default();
    allowed.max_alloc = Some(limits.pixels * 8 + SPARE);
    reader.limits(allowed);
    let mut decoder = reader.into_decoder().map_err(|_| NoPicture::Damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > limits.pixels {
        return Err(NoPicture::TooManyPixels);
    }
    let turn = decoder.orientation().map_err(|_| NoPicture::Damaged)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| NoPicture::Damaged)?;
    if width.max(height) > limits.side {
        picture = picture.resize(limits.side, limits.side, FilterType::Triangle);
    }
    picture.apply_orientation(turn);
    Ok(picture)
}

fn is_transparent(picture: &DynamicImage) -> bool {
    picture.color().has_alpha() && picture.to_rgba8().pixels().any(|pixel| pixel.0[3] < 255)
}

fn encode(picture: &DynamicImage) -> Result<Picture, NoPicture> {
    let (width, height) = (picture.width(), picture.height());
    let mut bytes = Vec::new();
    let transparent = is_transparent(picture);
    let content_type = if transparent {
        DynamicImage::from(picture.to_rgba8()).write_with_encoder(PngEncoder::new(&mut bytes))
    } else {
        DynamicImage::from(picture.to_rgb8()).write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))
    };
    content_type.map_err(|_| NoPicture::Damaged)?;
    let content_type = if transparent { "image/png" } else { "image/jpeg" };
    Ok(Picture { bytes, content_type, width, height })
}

/// A picture as [`clean`] wrote it and it was kept.
pub fn written(bytes: Vec<u8>) -> Result<Picture, NoPicture> {
    let kind = kind(&bytes)?;
    let (width, height) =
        ImageReader::with_format(Cursor::new(&bytes), kind).into_dimensions().map_err(|_| NoPicture::Damaged)?;
    let content_type = match kind {
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::Png => "image/png",
        _ => return Err(NoPicture::UnknownKind),
    };
    if u64::from(width) * u64::from(height) > Limits::default().pixels {
        return Err(NoPicture::TooManyPixels);
    }
    Ok(Picture { bytes, content_type, width, height })
}

/// A4, in points.
const PAPER: (f32, f32) = (595.0, 842.0);
/// Around a picture.
const EDGE: f32 = 18.0;

/// One PDF of several pictures in their order, each on a page of A4 that lies as the picture does. Takes what [`clean`] gives
/// and nothing else: what is in a picture's file goes into the PDF as it is.
pub fn pdf(pictures: &[Picture]) -> Result<Vec<u8>, NoPicture> {
    let settings = SerializeSettings { xmp_metadata: false, enable_tagging: false, ..SerializeSettings::default() };
    let mut document = krilla::Document::new_with(settings);
    for picture in pictures {
        let (wide, high) = if picture.width > picture.height { (PAPER.1, PAPER.0) } else { PAPER };
        #[allow(clippy::cast_precision_loss, reason = "thousands of pixels")]
        let (width, height) = (picture.width.max(1) as f32, picture.height.max(1) as f32);
        let scale = ((wide - 2.0 * EDGE) / width).min((high - 2.0 * EDGE) / height);
        let data = picture.bytes.clone().into();
        let image = match picture.content_type {
            "image/png" => krilla::image::Image::from_png(data, true),
            _ => krilla::image::Image::from_jpeg(data, true),
        };
        let image = image.map_err(|_| NoPicture::Damaged)?;
        let size = Size::from_wh(width * scale, height * scale).ok_or(NoPicture::Damaged)?;
        let mut page = document.start_page_with(PageSettings::from_wh(wide, high).ok_or(NoPicture::Damaged)?);
        let mut surface = page.surface();
        let place = Transform::from_translate((wide - width * scale) / 2.0, (high - height * scale) / 2.0);
        surface.push_transform(&place);
        surface.draw_image(image, size);
        surface.pop();
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|_| NoPicture::Damaged)
}

#[cfg(test)]
mod tests;
