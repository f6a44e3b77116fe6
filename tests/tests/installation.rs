//! What is tested on an installation ([`parlor_tests::Installation`]): a module for each file beside this one that is no
//! program itself.

mod board;
mod budgets;
mod capacity;
mod contacts;
mod customer;
mod delivery;
mod figures;
mod first_admin;
mod fuzz;
mod gates;
mod history;
mod lengths;
mod lingering;
mod links;
mod live;
mod live_access;
mod live_lists;
mod live_load;
mod manners;
mod old_items;
mod openapi;
mod owner;
mod people;
mod people_admin;
mod races;
mod receipts;
mod reengage;
mod search;
mod search_scale;
mod staff;
mod team_settings;
mod transfer;
mod visibility;
mod webhooks;
mod work;
