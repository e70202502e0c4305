//! The head of a page: its title, and what it says to search engines and to
//! those who link to it.

/// What a page puts into the document's `<head>`, in place of what
/// `index.html` has there of the same name. The page before leaves nothing
/// behind: what a page does not say is as `index.html` says it.
///
/// All of it is text: whatever stands in it, it stays within its place.
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
#[must_use = "a head says nothing until `Page::head` returns it"]
pub struct Head {
    title: Option<String>,
    tags: Vec<Tag>,
}

/// A tag of the head besides the title, such as
/// `<meta name="robots" content="noindex">`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// What kind of thing it says.
    pub kind: Kind,
    /// Which of its kind: `robots`.
    pub name: String,
    /// What it says: `noindex`.
    pub value: String,
}

/// What kind of thing a tag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `<meta name=".." content="..">`
    Name,
    /// `<meta property=".." content="..">`
    Property,
    /// `<link rel=".." href="..">`
    Link,
}

/// The attribute of a tag that a page has put into the head: it goes with it.
pub const OWN: &str = "data-rally-head";

/// The attribute of a tag of `index.html` in which a page says something else:
/// what it said before.
pub const SHELL: &str = "data-rally-shell";

impl Head {
    /// A head with a title.
    pub fn title(title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), tags: Vec::new() }
    }

    /// What search engines show below the title.
    pub fn description(self, text: impl Into<String>) -> Self {
        self.meta("description", text)
    }

    /// `<meta name=".." content="..">`
    pub fn meta(self, name: impl Into<String>, content: impl Into<String>) -> Self {
        self.with(Kind::Name, name.into(), content.into())
    }

    /// `<meta property=".." content="..">`, as those who show links read it.
    pub fn property(self, name: impl Into<String>, content: impl Into<String>) -> Self {
        self.with(Kind::Property, name.into(), content.into())
    }

    /// The one URL of this page, with its origin, for search engines that have
    /// found it by others.
    pub fn canonical(self, url: impl Into<String>) -> Self {
        self.with(Kind::Link, "canonical".to_owned(), url.into())
    }

    fn with(mut self, kind: Kind, name: String, value: String) -> Self {
        self.tags.push(Tag { kind, name, value });
        self
    }

    /// The title; `None` when it is left to `index.html`.
    pub fn title_text(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// What the first tag of this name says, for tests.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.tags.iter().find(|tag| tag.name == name).map(|tag| &*tag.value)
    }

    /// Everything but the title.
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }
}

impl Kind {
    /// The element, the attribute that has the name, and the one that has the value.
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
    /// The tag as HTML.
    pub fn to_html(&self, html: &mut String) {
        let [element, name, value] = self.kind.spelled();
        let attributes = [(name, &*self.name), (value, &*self.value), (OWN, "")];
        write_tag(html, element, attributes);
    }
}

/// Appends an opening tag, whose attributes stay what they are.
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

/// Appends text that stays text, between tags or between the quotes of an attribute.
#[cfg(not(target_arch = "wasm32"))]
pub fn write_text(html: &mut String, text: &str) {
    crate::html::escape(html, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_cannot_leave_its_place() {
        let head = Head::default().meta("\"><script>", "'\"></head><script>alert(1)</script>&");
        let mut html = String::new();
        head.tags()[0].to_html(&mut html);
        assert_eq!(
            html,
            "<meta name=\"&#34;&#62;&#60;script&#62;\" content=\"&#39;&#34;&#62;&#60;/head&#62;\
             &#60;script&#62;alert(1)&#60;/script&#62;&#38;\" data-rally-head>"
        );
    }
}
