//! The head of a page: its title, and its tags for search engines and link previews.

/// The tags of a page in the document's `<head>`.
///
/// While the page is shown, each of these tags replaces the tag of the same
/// name in `index.html`, or is added if there is none. The other tags of
/// `index.html` stay. Values are escaped: a value cannot end its tag.
///
/// ```
/// # use rally_core::head::Head;
/// let head = Head::title("Tea & Milk")
///     .description("All kinds of tea.")
///     .meta("robots", "noindex")
///     .property("og:title", "Tea")
///     .canonical("https://shop.example/tea");
/// assert_eq!(head.title_text(), Some("Tea & Milk"));
/// assert_eq!(head.get("og:title"), Some("Tea"));
/// assert_eq!(Head::default().title_text(), None);
/// ```
#[derive(Debug, Default, Clone, PartialEq, Eq)]
#[must_use = "a head has no effect until `Page::head` returns it"]
pub struct Head {
    title: Option<String>,
    tags: Vec<Tag>,
}

/// A tag of the head other than the title, such as `<meta name="robots" content="noindex">`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Kind of the tag.
    pub kind: Kind,
    /// Name of the tag, such as `robots`.
    pub name: String,
    /// Value of the tag, such as `noindex`.
    pub value: String,
}

/// Kind of a head tag: its element and attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `<meta name=".." content="..">`
    Name,
    /// `<meta property=".." content="..">`
    Property,
    /// `<link rel=".." href="..">`
    Link,
}

/// The attribute of the tags that a page has added to the head.
///
/// The client removes these tags when the head changes, or when it shows another
/// page.
pub const OWN: &str = "data-rally-head";

/// The attribute that stores the original value of a tag of `index.html`.
///
/// The client restores the value when the head changes, or when it shows another
/// page.
pub const SHELL: &str = "data-rally-shell";

impl Head {
    /// Makes a head with a title.
    pub fn title(title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), tags: Vec::new() }
    }

    /// Sets the description, which search engines may show below the title.
    pub fn description(self, text: impl Into<String>) -> Self {
        self.meta("description", text)
    }

    /// Adds `<meta name=".." content="..">`.
    pub fn meta(self, name: impl Into<String>, content: impl Into<String>) -> Self {
        self.with(Kind::Name, name.into(), content.into())
    }

    /// Adds `<meta property=".." content="..">`, such as Open Graph tags for link previews.
    pub fn property(self, name: impl Into<String>, content: impl Into<String>) -> Self {
        self.with(Kind::Property, name.into(), content.into())
    }

    /// Sets the canonical URL of the page for search engines, such as `https://shop.example/tea`.
    pub fn canonical(self, url: impl Into<String>) -> Self {
        self.with(Kind::Link, "canonical".to_owned(), url.into())
    }

    fn with(mut self, kind: Kind, name: String, value: String) -> Self {
        self.tags.push(Tag { kind, name, value });
        self
    }

    /// Returns the title; `None` if the page keeps the title of `index.html`.
    pub fn title_text(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Returns the value of the first tag of this name. Useful in tests.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.tags.iter().find(|tag| tag.name == name).map(|tag| &*tag.value)
    }

    /// Returns all tags except the title.
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }
}

impl Kind {
    /// Returns the element and its two attributes, such as `["link", "rel", "href"]`.
    ///
    /// The first attribute has the tag's name, the second its value.
    pub const fn spelled(self) -> [&'static str; 3] {
        match self {
            Self::Name => ["meta", "name", "content"],
            Self::Property => ["meta", "property", "content"],
            Self::Link => ["link", "rel", "href"],
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Tag {
    /// Appends the tag as HTML.
    pub fn to_html(&self, html: &mut String) {
        let [element, name, value] = self.kind.spelled();
        let attributes = [(name, &*self.name), (value, &*self.value), (OWN, "")];
        write_tag(html, element, attributes);
    }
}

/// Appends an opening tag with escaped attribute values.
#[cfg(not(target_arch = "wasm32"))]
pub fn write_tag<'a>(
    html: &mut String,
    element: &str,
    attributes: impl IntoIterator<Item = (&'a str, &'a str)>,
) {
    html.extend(["<", element]);
    for (name, value) in attributes {
        html.extend([" ", name]);
        if !value.is_empty() {
            html.push_str("=\"");
            write_text(html, value);
            html.push('"');
        }
    }
    html.push('>');
}

/// Appends text, escaped for use between tags and in a quoted attribute value.
#[cfg(not(target_arch = "wasm32"))]
pub fn write_text(html: &mut String, text: &str) {
    crate::view::markup::escape(html, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_end_its_tag() {
        let head = Head::default().meta("\"><script>", "'\"></head><script>alert(1)</script>&");
        let mut html = String::new();
        head.tags()[0].to_html(&mut html);
        assert_eq!(
            html,
            "<meta name=\"&#34;&gt;&lt;script&gt;\" content=\"'&#34;&gt;&lt;/head&gt;\
             &lt;script&gt;alert(1)&lt;/script&gt;&amp;\" data-rally-head>"
        );
    }
}
