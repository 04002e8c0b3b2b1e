use bindle_core::MediaType;

/// A line for each extension, ordered: the extension, a space, the media type.
/// The types are those that Spin's own packages have, some of them since
/// replaced by others.
const TABLE: &str = include_str!("media-types.txt");

/// What comes after the last dot of the name of a file; empty if nothing does.
pub(crate) fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        // `.profile` is a name, not an extension.
        Some(("", _)) | None => "",
        Some((_, extension)) => extension,
    }
}

/// The media type of files with an extension.
pub(crate) fn of_extension(extension: &str) -> MediaType {
    let media_type = look_up(&extension.to_ascii_lowercase()).and_then(|text| text.parse().ok());
    media_type.unwrap_or(MediaType::OCTET_STREAM)
}

/// Halves the lines that are left until one is.
fn look_up(extension: &str) -> Option<&'static str> {
    let mut lines = TABLE;
    while !lines.is_empty() {
        let middle = lines.len() / 2;
        let start = lines.get(..middle)?.rfind('\n').map_or(0, |end| end + 1);
        let end = start + lines.get(start..)?.find('\n')?;
        let (found, media_type) = lines.get(start..end)?.split_once(' ')?;
        match found.cmp(extension) {
            std::cmp::Ordering::Equal => return Some(media_type),
            std::cmp::Ordering::Greater => lines = lines.get(..start)?,
            std::cmp::Ordering::Less => lines = lines.get(end + 1..)?,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use bindle_core::MediaType;

    use super::{TABLE, extension, look_up, of_extension};

    fn of_path(path: &str) -> MediaType {
        of_extension(extension(path))
    }

    #[test]
    fn every_line_is_found() {
        for line in TABLE.lines() {
            let (extension, media_type) = line.split_once(' ').unwrap();
            assert_eq!(look_up(extension), Some(media_type), "{extension}");
            assert_eq!(of_path(&format!("a/b.c.{extension}")).as_str(), media_type);
        }
    }

    #[test]
    fn the_extension_decides() {
        assert_eq!(of_path("a.html/b.TXT").as_str(), "text/plain");
        for unknown in [
            "noext",
            ".txt",
            "a.",
            "a.unheard-of",
            "html",
            "a.txt/b",
            "a.~",
        ] {
            assert_eq!(
                of_path(unknown).as_str(),
                "application/octet-stream",
                "{unknown}"
            );
        }
    }
}
