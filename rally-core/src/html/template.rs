//! Prepared templates: static markup as text, with gaps for a view's dynamic parts.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use dioxus_core::{Template, TemplateNode};

use super::attributes::{Attributes, is_void};
use super::escape::{self, TextContext};

pub(super) enum Piece {
    Markup(String),
    /// A text at the root of the template. Hydration needs marker comments around
    /// the text, and the element around the template decides how the text is
    /// escaped.
    Text(&'static str),
    /// The hydration attribute of a root element without dynamic attributes.
    Number,
    Attributes(Attributes),
    Node {
        index: usize,
        parent: Parent,
    },
}

/// The parent of a node in a template.
#[derive(Clone, Copy)]
pub(super) enum Parent {
    /// The node is a root of the template. Its parent is outside the template.
    Root,
    In(TextContext),
}

/// Address and number of a template's roots. The roots are static data, so both
/// together identify the template.
type Address = (usize, usize);

/// Returns the pieces of a template from a cache.
///
/// A server usually has few templates and writes each of them many times. Each
/// thread has its own cache, so that no lock is needed.
pub(super) fn prepared(template: &Template) -> Rc<[Piece]> {
    /// Maximum number of templates in the cache. Apps usually have fewer, but in
    /// development the number of new templates has no limit.
    const MAX_TEMPLATES: usize = 4096;
    thread_local! {
        static PREPARED: RefCell<HashMap<Address, Rc<[Piece]>, ByAddress>> = RefCell::default();
    }
    let roots: &'static [TemplateNode] = template.roots;
    PREPARED.with_borrow_mut(|known| {
        if known.len() >= MAX_TEMPLATES {
            known.clear();
        }
        let address = (roots.as_ptr().addr(), roots.len());
        known.entry(address).or_insert_with(|| prepare(roots)).clone()
    })
}

type ByAddress = BuildHasherDefault<AddressHasher>;

/// A fast hasher. The addresses do not come from outside, so the hash need not
/// resist attacks.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_usize(usize::from(*byte)));
    }

    fn write_usize(&mut self, part: usize) {
        self.0 = (self.0 ^ part as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

fn prepare(roots: &'static [TemplateNode]) -> Rc<[Piece]> {
    let mut pieces = Pieces::default();
    roots.iter().for_each(|root| pieces.node(root, Parent::Root));
    pieces.0.into()
}

#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn markup(&mut self) -> &mut String {
        if !matches!(self.0.last(), Some(Piece::Markup(_))) {
            self.0.push(Piece::Markup(String::new()));
        }
        match self.0.last_mut() {
            Some(Piece::Markup(markup)) => markup,
            _ => unreachable!("the last piece should be the markup that was pushed above"),
        }
    }

    fn node(&mut self, node: &'static TemplateNode, parent: Parent) {
        match node {
            TemplateNode::Dynamic { id } => self.0.push(Piece::Node { index: *id, parent }),
            TemplateNode::Text { text } => match parent {
                Parent::Root => self.0.push(Piece::Text(text)),
                Parent::In(TextContext::Element) => escape::push(self.markup(), text),
                // Not escaped: static text in a script or style is code of the app.
                Parent::In(_) => self.markup().push_str(text),
            },
            TemplateNode::Element { tag, attrs, children, .. } => {
                self.markup().push('<');
                self.markup().push_str(tag);
                let is_root = matches!(parent, Parent::Root);
                self.attributes(Attributes::of(tag, attrs, children), is_root);
                if children.is_empty() && is_void(tag) {
                    return;
                }
                let parent = Parent::In(match *tag {
                    "script" => TextContext::Script,
                    "style" => TextContext::Style,
                    _ => TextContext::Element,
                });
                children.iter().for_each(|child| self.node(child, parent));
                let markup = self.markup();
                markup.push_str("</");
                markup.push_str(tag);
                markup.push('>');
            }
        }
    }

    fn attributes(&mut self, attributes: Attributes, is_root: bool) {
        if attributes.are_dynamic() {
            return self.0.push(Piece::Attributes(attributes));
        }
        let content = attributes.write(self.markup(), &[]);
        if is_root {
            self.0.push(Piece::Number);
        }
        attributes.close(self.markup(), content);
    }
}
