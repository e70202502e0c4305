//! A template, prepared: its markup as text, with gaps for what a view fills in.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use dioxus_core::{Template, TemplateNode};

use super::attributes::{Attributes, is_void};
use super::escape::{self, Within};

/// A part of a template.
pub(super) enum Piece {
    /// Markup, as it is.
    Markup(String),
    /// A text that is a root of its template. Hydration finds it again, and how
    /// it is escaped is up to the element around the template.
    Text(&'static str),
    /// Where an element without dynamic attributes is numbered for hydration.
    Number,
    /// What follows the name of an element, up to its content.
    Attributes(Attributes),
    /// A dynamic node.
    Node { index: usize, parent: Parent },
}

/// What is around a node, as far as its template knows.
#[derive(Clone, Copy)]
pub(super) enum Parent {
    /// Nothing: it is a root, and stands where its template stands.
    Root,
    /// An element.
    In(Within),
}

/// Where the roots of a template are, and how many: what never changes and is
/// never freed is known by its address.
type Address = (usize, usize);

/// The prepared template. The server has few templates and writes each of them
/// many times; a thread keeps its own, so there is no lock.
pub(super) fn prepared(template: &Template) -> Rc<[Piece]> {
    /// An app has fewer. Development may bring new templates again and again.
    const MOST: usize = 4096;
    thread_local! {
        static PREPARED: RefCell<HashMap<Address, Rc<[Piece]>, ByAddress>> = RefCell::default();
    }
    let roots: &'static [TemplateNode] = template.roots;
    PREPARED.with_borrow_mut(|known| {
        if known.len() >= MOST {
            known.clear();
        }
        let address = (roots.as_ptr().addr(), roots.len());
        known.entry(address).or_insert_with(|| prepare(roots)).clone()
    })
}

type ByAddress = BuildHasherDefault<AddressHasher>;

/// Addresses are no input, so nothing has to be defended, and they differ
/// already: spread over the bits, they are a hash.
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
    /// The markup at the end, to be continued.
    fn markup(&mut self) -> &mut String {
        if !matches!(self.0.last(), Some(Piece::Markup(_))) {
            self.0.push(Piece::Markup(String::new()));
        }
        match self.0.last_mut() {
            Some(Piece::Markup(markup)) => markup,
            _ => unreachable!("it was pushed above"),
        }
    }

    fn node(&mut self, node: &'static TemplateNode, parent: Parent) {
        match node {
            TemplateNode::Dynamic { id } => self.0.push(Piece::Node { index: *id, parent }),
            TemplateNode::Text { text } => match parent {
                Parent::Root => self.0.push(Piece::Text(text)),
                Parent::In(Within::Element) => escape::push(self.markup(), text),
                // It is the author's, and stands as it was written.
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
                    "script" => Within::Script,
                    "style" => Within::Style,
                    _ => Within::Element,
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
