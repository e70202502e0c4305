//! Nesting that an HTML parser would change. The server's document would then
//! differ from the view.

use proc_macro2::{Span, TokenStream};
use syn::Expr;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};

use super::Rsx;
use super::names::Namespace;
use super::template::Node;

/// An element or a list around a node.
#[derive(Debug, PartialEq)]
pub(super) enum Ancestor {
    Element(String),
    /// A list of views, such as a `for`.
    List,
}

/// Elements that end an open `p`.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "ul",
];

const HEADINGS: &[&str] = &["h1", "h2", "h3", "h4", "h5", "h6"];

/// Elements that are dropped outside of these parents.
const PARENTS: &[(&str, &[&str])] = &[
    ("caption", &["table"]),
    ("col", &["colgroup"]),
    ("colgroup", &["table"]),
    ("tbody", &["table"]),
    ("td", &["tr"]),
    ("tfoot", &["table"]),
    ("th", &["tr"]),
    ("thead", &["table"]),
    ("tr", &["tbody", "thead", "tfoot", "table"]),
];

/// Parents out of which the parser moves all other children.
const CHILDREN: &[(&str, &[&str])] = &[
    ("colgroup", &["col", "template"]),
    (
        "table",
        &["caption", "colgroup", "tbody", "tfoot", "thead", "tr", "script", "style", "template"],
    ),
    ("tbody", &["tr", "script", "style", "template"]),
    ("tfoot", &["tr", "script", "style", "template"]),
    ("thead", &["tr", "script", "style", "template"]),
    ("tr", &["td", "th", "script", "style", "template"]),
];

impl Rsx {
    /// Goes into an ancestor. Returns the depth for [`Self::leave`].
    pub(super) fn enter(&mut self, ancestor: Ancestor) -> usize {
        self.ancestors.push(ancestor);
        self.ancestors.len() - 1
    }

    pub(super) fn leave(&mut self, depth: usize) {
        self.ancestors.truncate(depth);
    }

    pub(super) fn check_nesting(&mut self, tag: &str, span: Span) {
        let message = match self.namespace {
            Namespace::Html => self.problem(tag),
            Namespace::Svg => {
                let is_html = super::names::only_namespace(tag) == Some(Namespace::Html);
                (is_html && !self.ancestors.is_empty()).then(|| {
                    format!(
                        "`{tag}` is an element of HTML and cannot be in an `svg`: put it into \
                         `foreignObject`"
                    )
                })
            }
            Namespace::MathMl => None,
        };
        if let Some(message) = message {
            self.errors.at_span(span, message);
        }
    }

    fn problem(&self, tag: &str) -> Option<String> {
        if let Some((parent, is_in_list)) = self.parent() {
            let allowed = |table: &'static [(&str, &[&str])], name: &str| {
                table.iter().find(|(known, _)| *known == name).map(|(_, names)| *names)
            };
            if let Some(parents) = allowed(PARENTS, tag)
                && !parents.contains(&parent)
                && !matches!(parent, "template")
            {
                return Some(format!(
                    "`{tag}` must be in `{}`: a browser drops it in `{parent}`",
                    parents[0]
                ));
            }
            if let Some(children) = allowed(CHILDREN, parent)
                && !children.contains(&tag)
            {
                return Some(format!(
                    "`{tag}` cannot be in `{parent}`: a browser moves it out of the table. Put it \
                     into a cell"
                ));
            }
            if tag == "tr" && parent == "table" && is_in_list {
                return Some(
                    "these rows need a `tbody`, which a browser would add on its own: write `table \
                     { tbody { .. } }`"
                        .to_owned(),
                );
            }
            if HEADINGS.contains(&tag) && HEADINGS.contains(&parent) {
                return Some(format!("`{tag}` cannot be in `{parent}`, which it would end"));
            }
        }
        let ends = |name: &str| {
            format!("`{tag}` cannot be in `{name}`: a browser ends the `{name}` before it")
        };
        if BLOCKS.contains(&tag) && self.is_in("p", &["button", "table", "td", "th", "caption"]) {
            return Some(ends("p"));
        }
        match tag {
            "a" if self.is_in("a", &["td", "th", "caption"]) => Some(ends("a")),
            "button" if self.is_in("button", &["table", "td", "th", "caption"]) => {
                Some(ends("button"))
            }
            "form" if self.is_in("form", &[]) => {
                Some("`form` cannot be in another `form`: a browser drops it".to_owned())
            }
            "select" if self.is_in("select", &[]) => Some(ends("select")),
            "li" if self.is_in("li", &["ul", "ol", "menu", "td", "th", "section", "article"]) => {
                Some(ends("li"))
            }
            "dt" | "dd" => ["dt", "dd"]
                .into_iter()
                .find(|name| {
                    self.is_in(name, &["dl", "ul", "ol", "td", "th", "section", "article"])
                })
                .map(ends),
            _ => None,
        }
    }

    /// Returns the parent, and whether the node is in a list of it.
    fn parent(&self) -> Option<(&str, bool)> {
        let mut is_in_list = false;
        for ancestor in self.ancestors.iter().rev() {
            match ancestor {
                Ancestor::Element(name) => return Some((name, is_in_list)),
                Ancestor::List => is_in_list = true,
            }
        }
        None
    }

    /// Returns `true` if the node is in an element `name`, and none of `limits` is
    /// between.
    fn is_in(&self, name: &str, limits: &[&str]) -> bool {
        for ancestor in self.ancestors.iter().rev() {
            if let Ancestor::Element(element) = ancestor {
                if element == name {
                    return true;
                }
                let foreign = ["template", "object", "foreignObject", "desc", "title"];
                if limits.contains(&element.as_str()) || foreign.contains(&element.as_str()) {
                    return false;
                }
            }
        }
        false
    }

    /// Reports texts in a table, which a parser moves before the table.
    pub(super) fn check_texts(&mut self, tag: &str, nodes: &[Node]) {
        if !CHILDREN.iter().any(|(parent, _)| *parent == tag) {
            return;
        }
        for node in nodes {
            if let Node::Text(text, span) = node
                && !text.literal().is_some_and(|text| text.trim().is_empty())
            {
                let message = format!(
                    "a text cannot be in `{tag}`: a browser moves it out of the table. Put it into \
                     a cell"
                );
                self.errors.at_span(*span, message);
            }
        }
    }

    /// Reports jumps to the next item. They would leave the views of this item without
    /// their end.
    pub(super) fn check_jumps(&mut self, value: &TokenStream) {
        let Ok(mut value) = syn::parse2::<Expr>(value.clone()) else { return };
        let mut jumps = Jumps(Vec::new());
        jumps.visit_expr_mut(&mut value);
        for span in jumps.0 {
            let message = "a part of an item cannot leave the loop: write the rest of the item into \
                           an `if`, or `filter` the items";
            self.errors.at_span(span, message);
        }
    }
}

/// The spans of jumps out of an expression.
struct Jumps(Vec<Span>);

impl VisitMut for Jumps {
    fn visit_expr_mut(&mut self, value: &mut Expr) {
        match value {
            Expr::Continue(jump) if jump.label.is_none() => self.0.push(jump.span()),
            Expr::Break(jump) if jump.label.is_none() => self.0.push(jump.span()),
            Expr::ForLoop(_)
            | Expr::While(_)
            | Expr::Loop(_)
            | Expr::Closure(_)
            | Expr::Async(_) => {}
            value => visit_mut::visit_expr_mut(self, value),
        }
    }

    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}
