use rally::prelude::*;

// The macro that `pages!("src/pages", context = crate::Site)` defines before a page.
macro_rules! rally_pages_must_be_called_above_this_page {
    (pattern) => { "/" };
    (context) => { crate::Site };
    (layout) => { crate::layout::Model };
}

#[derive(Default, Wire)]
pub struct Site {
    browser: ClientContext,
}

impl Context for Site {
    type Msg = Never;

    fn browser(&mut self) -> &mut ClientContext {
        &mut self.browser
    }

    fn update(&mut self, msg: Never) -> Effect<Never> {
        match msg {}
    }
}

mod layout {
    use rally::prelude::*;

    #[derive(Wire)]
    pub struct Model;

    impl Layout for Model {
        type Context = ClientContext;
        type Msg = Never;

        fn init(_: &ClientContext) -> Self {
            Self
        }

        fn update(&mut self, msg: Never, _: &ClientContext) -> Effect<Never> {
            match msg {}
        }

        fn view(&self, content: Element, _: Dispatch<Never>, _: &ClientContext) -> Element {
            content
        }
    }
}

#[page]
pub struct Home;

#[derive(Wire)]
pub struct Model;

impl Page for Model {
    type Route = Home;
    type Msg = Never;

    fn init(_: Home, _: (), _: &Site) -> Self {
        Self
    }

    fn update(&mut self, msg: Never, _: &Site) -> Effect<Never> {
        match msg {}
    }

    fn view(&self, _: Dispatch<Never>, _: &Site) -> Element {
        rsx! {}
    }
}

fn main() {}
