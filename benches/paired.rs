//! A paired comparison: subjects that take turns in one process, and the table
//! that says how they compare.
//!
//! A ratio of two runs compares two states of a machine as well. Here every
//! round gives each subject its turn, and the ratio is taken within the round:
//! what disturbs the machine disturbs both sides.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long one turn takes, about: long beside the clock's own cost.
const TURN: Duration = Duration::from_millis(4);

/// How long one comparison takes, about.
const TOTAL: Duration = Duration::from_secs(4);

/// Never fewer: a median of less says nothing.
const LEAST_ROUNDS: usize = 11;

/// Subjects that do the same work. The first one is what the others are
/// compared with.
pub struct Comparison<'a> {
    title: String,
    subjects: Vec<Subject<'a>>,
}

struct Subject<'a> {
    name: String,
    /// Takes a turn: the seconds that the work took once.
    turn: Box<dyn FnMut() -> f64 + 'a>,
}

impl<'a> Comparison<'a> {
    /// A comparison without subjects.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), subjects: Vec::new() }
    }

    /// Adds a subject. What it returns is kept from being optimised away.
    pub fn subject<T>(self, name: impl Into<String>, mut work: impl FnMut() -> T + 'a) -> Self {
        let mut repeats = None;
        self.measured(name, move || {
            let repeats = *repeats.get_or_insert_with(|| calibrate(&mut work));
            seconds(repeats, &mut work)
        })
    }

    /// Adds a subject that measures itself: `turn` returns the seconds that the
    /// work took once, on an average.
    pub fn measured(mut self, name: impl Into<String>, turn: impl FnMut() -> f64 + 'a) -> Self {
        self.subjects.push(Subject { name: name.into(), turn: Box::new(turn) });
        self
    }

    /// Measures the subjects in turns, and prints the table.
    pub fn run(mut self) {
        let rounds = self.rounds(TOTAL);
        let names: Vec<_> = self.subjects.iter().map(|subject| &*subject.name).collect();
        println!("{}", Table::new(&self.title, &names, &rounds));
    }

    /// Rounds for about this long: the seconds that each subject took.
    fn rounds(&mut self, total: Duration) -> Vec<Vec<f64>> {
        let started = Instant::now();
        // The first turns warm up.
        for subject in &mut self.subjects {
            (subject.turn)();
        }
        let mut rounds: Vec<Vec<f64>> = Vec::new();
        while rounds.len() < LEAST_ROUNDS || started.elapsed() < total {
            let mut round = vec![0.0; self.subjects.len()];
            for turn in 0..round.len() {
                // Nobody always comes after the same neighbour.
                let subject = (turn + rounds.len()) % round.len();
                round[subject] = (self.subjects[subject].turn)();
            }
            rounds.push(round);
        }
        rounds
    }
}

/// How often the work fits into a turn.
fn calibrate<T>(work: &mut impl FnMut() -> T) -> u32 {
    let mut repeats = 1;
    while seconds(repeats, work) * f64::from(repeats) < TURN.as_secs_f64() {
        repeats *= 2;
    }
    repeats
}

/// How long the work takes once, on an average over so many times.
fn seconds<T>(repeats: u32, work: &mut impl FnMut() -> T) -> f64 {
    let started = Instant::now();
    (0..repeats).for_each(|_| drop(black_box(work())));
    started.elapsed().as_secs_f64() / f64::from(repeats)
}

/// What came out, as markdown.
struct Table<'a> {
    title: &'a str,
    rows: Vec<[String; 4]>,
}

impl<'a> Table<'a> {
    /// `rounds[round][subject]` is in seconds.
    fn new(title: &'a str, names: &[&str], rounds: &[Vec<f64>]) -> Self {
        let baseline = names.first().unwrap_or(&"");
        let head =
            ["subject".into(), "median".into(), "per second".into(), format!("× {baseline}")];
        let row = |(subject, name): (usize, &&str)| {
            let seconds = median(rounds.iter().map(|round| round[subject]));
            // As throughput: twice as fast is 2.
            let ratio = median(rounds.iter().map(|round| round[0] / round[subject]));
            [
                (*name).to_owned(),
                time(seconds),
                format!("{:.0}", 1.0 / seconds),
                format!("{ratio:.2}"),
            ]
        };
        Self { title, rows: [head].into_iter().chain(names.iter().enumerate().map(row)).collect() }
    }
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max();
        let [a, b, c, d] = [0, 1, 2, 3].map(|column| width(column).unwrap_or(0));
        writeln!(f, "### {}\n", self.title)?;
        for (index, [name, median, rate, ratio]) in self.rows.iter().enumerate() {
            writeln!(f, "| {name:a$} | {median:>b$} | {rate:>c$} | {ratio:>d$} |")?;
            if index == 0 {
                writeln!(
                    f,
                    "|{:-<1$}|{2:->3$}:|{2:->4$}:|{2:->5$}:|",
                    "",
                    a + 2,
                    "",
                    b + 1,
                    c + 1,
                    d + 1
                )?;
            }
        }
        Ok(())
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn time(seconds: f64) -> String {
    match seconds {
        ..1e-6 => format!("{:.0} ns", seconds * 1e9),
        ..1e-3 => format!("{:.1} µs", seconds * 1e6),
        _ => format!("{:.2} ms", seconds * 1e3),
    }
}

// Run by tests/it. Without a module, since a bench has no test harness: there
// the tests are nothing, and a module would be left with its imports.

#[test]
fn the_table_is_markdown_and_its_ratios_are_taken_within_a_round() {
    // The second round was disturbed, and says the same as the others.
    let rounds = [vec![2e-6, 1e-6], vec![80e-6, 40e-6], vec![2.2e-6, 1.1e-6]];
    let table = Table::new("Shout", &["theirs", "ours"], &rounds).to_string();
    let expected = "\
### Shout

| subject | median | per second | × theirs |
|---------|-------:|-----------:|---------:|
| theirs  | 2.2 µs |     454545 |     1.00 |
| ours    | 1.1 µs |     909091 |     2.00 |
";
    assert_eq!(table, expected);
}

#[test]
fn times_are_shown_in_the_unit_that_fits() {
    assert_eq!(time(5.4e-8), "54 ns");
    assert_eq!(time(5.44e-5), "54.4 µs");
    assert_eq!(time(0.25), "250.00 ms");
}

#[test]
fn every_subject_has_its_turns() {
    let (mut first, mut second) = (0, 0);
    let mut comparison =
        Comparison::new("Turns").subject("first", || first += 1).subject("second", || second += 1);
    let rounds = comparison.rounds(Duration::ZERO);
    drop(comparison);
    assert_eq!(rounds.len(), LEAST_ROUNDS);
    assert!(first >= LEAST_ROUNDS && second >= LEAST_ROUNDS);
}
