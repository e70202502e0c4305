//! Pages outside a server: typed routes and simulations.

mod functions;
mod guide;
mod routes;
mod simulation;
