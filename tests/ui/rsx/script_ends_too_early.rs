use rally::prelude::*;

fn view() -> Element {
    rsx! { script { "document.write('</script>')" } }
}

fn main() {}
