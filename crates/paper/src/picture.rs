//! A chart as pixels, for programs that do not draw SVG.

/// The picture at `zoom` pixels for each of its units; `None` where the program was built without the feature `pdf`, or
/// the picture cannot be drawn.
#[cfg(feature = "pdf")]
pub fn png(svg: &str, zoom: f32) -> Option<Vec<u8>> {
    use std::sync::{Arc, LazyLock};

    use resvg::tiny_skia::{Color, Pixmap, Transform};
    use resvg::usvg::fontdb::{Database, Source};
    use resvg::usvg::{Options, Tree};

    /// A picture as wide as the page at twice the resolution of print; a matrix of all stations stays below.
    const MOST_PIXELS: f32 = 8_000.0;

    static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
        let mut fonts = Database::new();
        for face in crate::fonts::faces().unwrap_or_default() {
            let face: Arc<dyn AsRef<[u8]> + Send + Sync> = face.clone();
            fonts.load_font_source(Source::Binary(face));
        }
        fonts.set_sans_serif_family(crate::fonts::FAMILY);
        fonts.set_serif_family(crate::fonts::FAMILY);
        Arc::new(fonts)
    });

    let options = Options { fontdb: FONTS.clone(), font_family: crate::fonts::FAMILY.to_owned(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).ok()?;
    let size = tree.size();
    let zoom = zoom.min(MOST_PIXELS / size.width().max(size.height()));
    let mut pixels = Pixmap::new((size.width() * zoom).ceil() as u32, (size.height() * zoom).ceil() as u32)?;
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(zoom, zoom), &mut pixels.as_mut());
    pixels.encode_png().ok()
}

/// The picture; never here, because the program was built without the feature `pdf`.
#[cfg(not(feature = "pdf"))]
pub fn png(_svg: &str, _zoom: f32) -> Option<Vec<u8>> {
    None
}
