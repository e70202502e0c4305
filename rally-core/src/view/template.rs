//! Templates: the static markup of views.

/// Static markup with slots. `rsx!` makes one for each piece of markup.
pub struct Template {
    /// A hash of namespace and markup, or a small number for the templates below. It has
    /// 52 bits, so that JavaScript can use it as a number.
    pub id: u64,
    /// The markup, with a mark at each slot.
    pub markup: &'static str,
    /// The namespace of the element around the template.
    pub namespace: Namespace,
    /// Number of slots.
    pub slots: usize,
    /// The markup between the slots, as the server writes it.
    #[cfg(not(target_arch = "wasm32"))]
    pub chunks: &'static [&'static str],
}

/// The namespace of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace {
    /// HTML.
    Html,
    /// SVG.
    Svg,
    /// MathML.
    MathMl,
}

/// An element whose text is code, for which HTML has no escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The text of a `<script>`.
    Script,
    /// The text of a `<style>`.
    Style,
}

/// A single text.
pub(super) static TEXT: Template = Template {
    id: 1,
    markup: "<!--t-->",
    namespace: Namespace::Html,
    slots: 1,
    #[cfg(not(target_arch = "wasm32"))]
    chunks: &["", ""],
};

/// A list between two comments: it gives several nodes one key, or shares them.
pub(super) static WRAP: Template = Template {
    id: 2,
    markup: "<!----><!--c-->",
    namespace: Namespace::Html,
    slots: 1,
    #[cfg(not(target_arch = "wasm32"))]
    chunks: &["<!---->", "<!---->"],
};

/// The place of another tree. Its comments differ from all others, so that the
/// browser finds the end of the other tree when it hydrates this one.
pub(super) static OUTLET: Template = Template {
    id: 3,
    markup: "<!--[--><!--c]-->",
    namespace: Namespace::Html,
    slots: 1,
    #[cfg(not(target_arch = "wasm32"))]
    chunks: &["<!--[-->", "<!--]-->"],
};
