//! Pages outside a server: typed routes and simulations.

mod guide;
mod routes;
mod simulation;
