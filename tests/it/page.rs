//! Pages outside a server: typed routes and simulations.

mod effects;
mod functions;
mod guide;
mod routes;
mod simulation;
