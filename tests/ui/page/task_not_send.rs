use std::rc::Rc;

use rally::prelude::*;

pub enum Msg {
    Counted(usize),
}

pub fn count(words: Vec<String>) -> Effect<Msg> {
    let words = Rc::new(words);
    Effect::task(async move { Msg::Counted(words.len()) })
}

fn main() {}
