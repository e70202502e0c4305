//! Pages outside a server: typed routes and simulations.

mod routes;
mod simulation;
