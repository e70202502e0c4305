//! The views of a form's fields: attributes to spread, and whole fields.

use super::{Choice, Field, FieldSpec, Form, FormItem, FormState, FormValue, Kind, Rules};
use crate::view::expansion::{Builder, Namespace, Template};
use crate::view::{Attribute, Element};

impl<T: Form> FormState<T> {
    /// Returns a whole field: a `<div>` with the class `field` that contains label, control and error.
    ///
    /// The control is a `<textarea>` for a text with several lines, a `<select>` for an enum, and
    /// check boxes in a `<fieldset>` for a list of an enum; otherwise it is an `<input>`. For a list of
    /// texts or numbers, the `<fieldset>` has a control for each text and an empty one.
    pub fn field<V>(&self, field: Field<T, V>, label: &str) -> Element {
        self.shown(&field).whole(label)
    }

    /// Returns the attributes of the `<input>`, `<textarea>` or `<select>` of a field.
    ///
    /// These are its name, id, type, value and rules, and those that tie it to its error. An
    /// attribute that the element writes itself wins.
    pub fn control<V>(&self, field: Field<T, V>) -> Vec<Attribute> {
        self.shown(&field).attributes()
    }

    /// Returns the attributes of the control of one item of a list, for a list of texts or numbers.
    ///
    /// The first item has the index 0. The view decides how many controls it shows: those beyond the
    /// [texts](Self::texts) are empty, and empty controls are no items.
    ///
    /// ```
    /// # use rally::prelude::*;
    /// #[derive(Form)]
    /// struct Poll {
    ///     #[form(max = 40, min_items = 2, max_items = 5)]
    ///     answers: Vec<String>,
    /// }
    ///
    /// fn answers(form: &FormState<Poll>) -> Element {
    ///     rsx! {
    ///         for index in 0..5 {
    ///             input { aria_label: "Answer {index + 1}", ..form.item(Poll::ANSWERS, index) }
    ///         }
    ///         {form.error(Poll::ANSWERS)}
    ///     }
    /// }
    /// ```
    pub fn item<V>(&self, field: Field<T, Vec<V>>, index: usize) -> Vec<Attribute> {
        self.shown(&field).item(index)
    }

    /// Returns the attributes of the `<label>` of a field.
    pub fn label<V>(&self, field: Field<T, V>) -> Vec<Attribute> {
        self.shown(&field).label()
    }

    /// Returns the error of a field, as a `<p>` with the class `error`. It is empty if there is none.
    pub fn error<V>(&self, field: Field<T, V>) -> Element {
        self.shown(&field).error()
    }

    /// Returns the error of no field, as a `<p>` with the class `error`. It is empty if there is none.
    ///
    /// Such errors are failures of the call, such as a lost connection, and errors of the handler
    /// that are no [`FieldErrors`](super::FieldErrors).
    pub fn problem(&self) -> Element {
        self.problem.as_deref().map_or_else(Element::empty, |text| alert(None, text))
    }

    /// Returns the `<option>`s for the `<select>` of a field.
    ///
    /// The first one is empty if the field may be empty, or if the form has no value for it.
    pub fn options<V: FormValue<Item: Choice>>(&self, field: Field<T, V>) -> Element {
        self.shown(&field).options()
    }

    /// Returns the attributes of the radio button or check box for one choice of a field.
    ///
    /// A list has check boxes, otherwise the choices are radio buttons.
    ///
    /// ```
    /// # use rally::prelude::*;
    /// #[derive(Form)]
    /// enum Plan {
    ///     Free,
    ///     Paid,
    /// }
    /// #[derive(Form)]
    /// struct Order {
    ///     plan: Plan,
    /// }
    ///
    /// fn plans(form: &FormState<Order>) -> Element {
    ///     rsx! {
    ///         for plan in Plan::ALL {
    ///             label {
    ///                 input { ..form.choice(Order::PLAN, plan) }
    ///                 {plan.label()}
    ///             }
    ///         }
    ///         {form.error(Order::PLAN)}
    ///     }
    /// }
    /// ```
    pub fn choice<V>(&self, field: Field<T, V>, value: &V::Item) -> Vec<Attribute>
    where
        V: FormValue<Item: FormItem>,
    {
        self.shown(&field).choice(&value.to_text())
    }

    /// Returns hidden fields with the values of a field.
    pub fn hidden<V>(&self, field: Field<T, V>) -> Element {
        self.shown(&field).hidden()
    }

    /// Returns the id of the control of a field, for example for [`Effect::focus`].
    ///
    /// [`Effect::focus`]: crate::effect::Effect::focus
    ///
    /// ```
    /// # use rally::prelude::*;
    /// #[derive(Wire, Form)]
    /// struct Rename {
    ///     name: String,
    /// }
    ///
    /// assert_eq!(FormState::<Rename>::default().id(Rename::NAME), "Rename-name");
    /// assert_eq!(FormState::<Rename>::default().key(7).id(Rename::NAME), "Rename-7-name");
    /// ```
    pub fn id<V>(&self, field: Field<T, V>) -> String {
        self.id_of(&field.name())
    }

    fn id_of(&self, name: &str) -> String {
        let key = if self.key.is_empty() { String::new() } else { format!("{}-", self.key) };
        format!("{}-{key}{}", T::FORM_NAME, name.replace('.', "-"))
    }

    fn shown<V>(&self, field: &Field<T, V>) -> Shown<'_> {
        let name = field.name();
        let id = self.id_of(&name);
        let texts: Vec<_> = self.values.all(&name).collect();
        let error = self.errors.get(&name).map(ToString::to_string);
        Shown::new(id, name, field.spec, texts, error)
    }
}

/// A field that is shown, without its type.
struct Shown<'a> {
    id: String,
    name: String,
    spec: &'static FieldSpec,
    /// The kind of one item.
    kind: Kind,
    is_optional: bool,
    is_many: bool,
    texts: Vec<&'a str>,
    error: Option<String>,
}

impl<'a> Shown<'a> {
    fn new(
        id: String,
        name: String,
        spec: &'static FieldSpec,
        texts: Vec<&'a str>,
        error: Option<String>,
    ) -> Self {
        let (kind, is_optional, is_many) = match spec.kind {
            Kind::Optional(item) => (*item, true, false),
            Kind::Many(item) => (*item, true, true),
            Kind::Check => (Kind::Check, true, false),
            kind => (kind, spec.rules.optional, false),
        };
        Self { id, name, spec, kind, is_optional, is_many, texts, error }
    }

    fn first(&self) -> &str {
        self.texts.first().copied().unwrap_or_default()
    }

    /// Returns `true` if each item of a list has its own control.
    fn has_items(&self) -> bool {
        self.is_many && !matches!(self.kind, Kind::Choice(_) | Kind::File)
    }

    fn is_required(&self) -> bool {
        self.spec.rules.required || !self.is_optional
    }

    /// Returns the attributes that all controls have.
    fn common(&self, id: String) -> Vec<Attribute> {
        let described = self.error.as_ref().map(|_| format!("{}-error", self.id));
        vec![
            Attribute::new("name", &self.name),
            Attribute::new("id", id),
            Attribute::new("aria-invalid", described.as_ref().map(|_| "true")),
            Attribute::new("aria-describedby", described),
        ]
    }

    /// Returns the attributes of the control, or those of the first item of a list.
    fn attributes(&self) -> Vec<Attribute> {
        self.item(0)
    }

    fn item(&self, index: usize) -> Vec<Attribute> {
        let rules = &self.spec.rules;
        let (id, is_required) = match index {
            0 => (self.id.clone(), self.is_required() || rules.min_items > Some(0)),
            _ => (format!("{}-{index}", self.id), rules.min_items > Some(index)),
        };
        let mut all = self.common(id);
        all.push(Attribute::flag("required", is_required));
        all.push(Attribute::flag("multiple", self.is_many && !self.has_items()));
        all.push(Attribute::new("autocomplete", rules.autocomplete));
        match self.kind {
            Kind::Text => {
                all.push(Attribute::new("type", rules.input));
                all.push(Attribute::new("minlength", rules.min));
                all.push(Attribute::new("maxlength", rules.max));
                all.push(Attribute::new("pattern", rules.pattern));
            }
            Kind::Number(is_whole) => {
                let step = rules.step.or((!is_whole).then_some("any"));
                all.extend(self.range("number", step));
            }
            Kind::Input(of_type) => all.extend(self.range(of_type, rules.step)),
            Kind::Check => {
                all.push(Attribute::new("type", "checkbox"));
                all.push(Attribute::flag("checked", !self.texts.is_empty()));
                return all;
            }
            Kind::File => {
                all.push(Attribute::new("type", "file"));
                all.push(Attribute::new("accept", rules.accept));
                return all;
            }
            Kind::Choice(_) | Kind::Optional(_) | Kind::Many(_) | Kind::Group(_) => {}
        }
        if !rules.secret && (!self.is_many || self.has_items()) {
            let text = self.texts.get(index).copied().unwrap_or_default();
            all.push(Attribute::new("value", text));
        }
        all
    }

    fn range(&self, of_type: &'static str, step: Option<&'static str>) -> [Attribute; 4] {
        let rules = &self.spec.rules;
        [
            Attribute::new("type", of_type),
            Attribute::new("min", rules.min),
            Attribute::new("max", rules.max),
            Attribute::new("step", step),
        ]
    }

    fn choice(&self, value: &str) -> Vec<Attribute> {
        let mut all = self.common(format!("{}-{value}", self.id));
        all.push(Attribute::new("type", if self.is_many { "checkbox" } else { "radio" }));
        all.push(Attribute::new("value", value));
        all.push(Attribute::flag("checked", self.texts.contains(&value)));
        all.push(Attribute::flag("required", !self.is_many && self.is_required()));
        all
    }

    fn label(&self) -> Vec<Attribute> {
        vec![Attribute::new("for", &self.id)]
    }

    fn error(&self) -> Element {
        let id = || format!("{}-error", self.id);
        self.error.as_deref().map_or_else(Element::empty, |text| alert(Some(id()), text))
    }

    fn hidden(&self) -> Element {
        let mut all = Builder::start();
        for text in &self.texts {
            let [name, value] = [("name", &*self.name), ("value", text)]
                .map(|(name, value)| Attribute::new(name, value));
            all.child(input(vec![Attribute::new("type", "hidden"), name, value]));
        }
        all.finish()
    }

    fn options(&self) -> Element {
        let Kind::Choice(choices) = self.kind else { return Element::empty() };
        let mut all = Builder::start();
        if !self.is_many && (self.is_optional || self.first().is_empty()) {
            all.child(option("", "", false));
        }
        for choice in choices {
            // The value of the `<select>` selects a single option.
            let is_selected = self.is_many && self.texts.contains(&choice.value);
            all.child(option(choice.value, choice.label, is_selected));
        }
        all.finish()
    }

    fn whole(&self, label: &str) -> Element {
        if let (Kind::Choice(choices), true) = (self.kind, self.is_many) {
            let mut all = vec![with_text(&LEGEND, "<legend", "</legend>", Vec::new(), label)];
            all.extend(choices.iter().map(|choice| {
                let id = format!("{}-{}", self.id, choice.value);
                let label = vec![Attribute::new("for", id)];
                let label = with_text(&LABEL, "<label", "</label>", label, choice.label);
                around(
                    &DIV,
                    "<div class=\"choice\">",
                    "</div>",
                    [input(self.choice(choice.value)), label],
                )
            }));
            all.push(self.error());
            return around(&FIELDSET, "<fieldset class=\"field\">", "</fieldset>", all);
        }
        if self.has_items() {
            let mut all = vec![with_text(&LEGEND, "<legend", "</legend>", Vec::new(), label)];
            all.extend((0..self.shown_items()).map(|index| {
                let mut control = self.item(index);
                control.push(Attribute::new("aria-label", format!("{label} {}", index + 1)));
                self.element(control)
            }));
            all.push(self.error());
            return around(&FIELDSET, "<fieldset class=\"field\">", "</fieldset>", all);
        }
        let label = with_text(&LABEL, "<label", "</label>", self.label(), label);
        let control = self.element(self.attributes());
        let all = match self.kind {
            Kind::Check => [control, label, self.error()],
            _ => [label, control, self.error()],
        };
        around(&FIELD, "<div class=\"field\">", "</div>", all)
    }

    /// Returns the number of controls of a list: one for each item, and an empty one if the list may
    /// have another item.
    fn shown_items(&self) -> usize {
        let Rules { min_items, max_items, .. } = self.spec.rules;
        let given = self.texts.iter().rposition(|text| !text.is_empty()).map_or(0, |last| last + 1);
        let is_full = max_items.is_some_and(|max| given >= max);
        (given + usize::from(!is_full)).max(min_items.unwrap_or_default())
    }

    fn element(&self, attributes: Vec<Attribute>) -> Element {
        match self.kind {
            Kind::Choice(_) => select(attributes, self.options()),
            Kind::Text if self.spec.rules.multiline => textarea(attributes),
            _ => input(attributes),
        }
    }
}

/// Returns a paragraph that is read aloud when it appears.
fn alert(id: Option<String>, text: &str) -> Element {
    let attributes = vec![
        Attribute::new("id", id),
        Attribute::new("class", "error"),
        Attribute::new("role", "alert"),
    ];
    with_text(&PARAGRAPH, "<p", "</p>", attributes, text)
}

// The elements are written as `rsx!` would expand: this crate cannot use the macro.

/// Defines a template as `rsx!` does, with the same id.
macro_rules! templates {
    ($($name:ident = $id:literal, $markup:literal, $slots:literal, [$($chunk:literal),*];)*) => {$(
        static $name: Template = Template {
            id: $id,
            markup: $markup,
            namespace: Namespace::Html,
            slots: $slots,
            #[cfg(not(target_arch = "wasm32"))]
            chunks: &[$($chunk),*],
        };
    )*};
}

templates! {
    LABEL = 2220051252076759, "<label $=\".. #t\"></label>", 2, ["<label", ">", "</label>"];
    LEGEND = 374558794321810, "<legend $=\".. #t\"></legend>", 2, ["<legend", ">", "</legend>"];
    PARAGRAPH = 2538760876901514, "<p $=\".. #t\"></p>", 2, ["<p", ">", "</p>"];
    INPUT = 1919645469262547, "<input $=\"..\">", 1, ["<input", ">"];
    TEXTAREA = 4001533017052108, "<textarea $=\"..\"></textarea>", 1, ["<textarea", "></textarea>"];
    SELECT = 241533951791699, "<select $=\"..\"><!--l--></select>", 2, ["<select", ">", "</select>"];
    OPTION = 3957135546164126, "<option $=\"value selected #t\"></option>", 3, ["<option", "", ">", "</option>"];
    FIELD = 2084430226656252, "<div class=\"field\"><!--l--></div>", 1, ["<div class=\"field\">", "</div>"];
    DIV = 2747157100213589, "<div class=\"choice\"><!--l--></div>", 1, ["<div class=\"choice\">", "</div>"];
    FIELDSET = 2601450871486550, "<fieldset class=\"field\"><!--l--></fieldset>", 1,
        ["<fieldset class=\"field\">", "</fieldset>"];
}

fn with_text(
    template: &'static Template,
    begin: &'static str,
    end: &'static str,
    attributes: Vec<Attribute>,
    text: &str,
) -> Element {
    let mut b = Builder::start();
    b.begin(template);
    b.raw(begin);
    b.spread(&[], [attributes]);
    b.raw(">");
    b.format(format_args!("{text}"));
    b.text();
    b.raw(end);
    b.end();
    b.finish()
}

fn around(
    template: &'static Template,
    begin: &'static str,
    end: &'static str,
    children: impl IntoIterator<Item = Element>,
) -> Element {
    let mut b = Builder::start();
    b.begin(template);
    b.raw(begin);
    b.list_begin(false);
    children.into_iter().for_each(|child| b.child(child));
    b.list_end();
    b.raw(end);
    b.end();
    b.finish()
}

fn input(attributes: Vec<Attribute>) -> Element {
    let mut b = Builder::start();
    b.begin(&INPUT);
    b.raw("<input");
    b.spread(&[], [attributes]);
    b.raw(">");
    b.end();
    b.finish()
}

fn textarea(attributes: Vec<Attribute>) -> Element {
    let mut b = Builder::start();
    b.begin(&TEXTAREA);
    b.raw("<textarea");
    let field = b.field_spread(&[], [attributes]);
    b.raw(">");
    b.textarea_end(field);
    b.raw("</textarea>");
    b.end();
    b.finish()
}

fn select(attributes: Vec<Attribute>, options: Element) -> Element {
    let mut b = Builder::start();
    b.begin(&SELECT);
    b.raw("<select");
    let field = b.field_spread(&[], [attributes]);
    b.raw(">");
    b.list_begin(false);
    b.child(options);
    b.list_end();
    b.select_end(field);
    b.raw("</select>");
    b.end();
    b.finish()
}

fn option(value: &str, label: &str, is_selected: bool) -> Element {
    let mut b = Builder::start();
    b.begin(&OPTION);
    b.raw("<option");
    b.attribute("value", value);
    b.flag("selected", is_selected);
    b.raw(">");
    b.format(format_args!("{label}"));
    b.text();
    b.raw("</option>");
    b.end();
    b.finish()
}
