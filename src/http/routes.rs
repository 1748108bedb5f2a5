//! Every route, on one screen.

use actix_web::web;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    account, audit, bulletin, duty, evidence, feedback, files, handover, home, integrity, lookback,
    lost_point, openapi, policy, reference, report, ripple, round, ruling, score, supervision,
    sync, task, ticket, unmasking, webhook,
};

/// The API. Only `.service(handler)` is collected into the OpenAPI document; `.route()` would be missing there. Routes are tried one after
/// the other: what most requests ask for comes first.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/api/v1")
            .configure(syncing)
            .configure(tickets)
            .configure(inspection)
            .configure(office)
            .configure(administration),
    );
}

/// What phones do all day.
fn syncing(config: &mut ServiceConfig<'_>) {
    config
        .service(sync::changes::get_changes)
        .service(sync::batches::push_batch)
        .service(sync::have::ask_have)
        .service(sync::outbox::get_outbox)
        .service(report::create::create_report);
}

/// What else inspectors and their phones do: reports, photos, tasks.
fn inspection(config: &mut ServiceConfig<'_>) {
    config
        .service(report::get::get_report)
        .service(feedback::import::import_feedback)
        .service(evidence::put::put_attachment)
        .service(evidence::post::post_attachment)
        .service(evidence::get::get_attachment)
        .service(evidence::original_reads::list_original_reads)
        .service(files::describe::describe_uploads)
        .service(files::begin::create_upload)
        .service(files::progress::get_upload_progress)
        .service(files::append::append_to_upload)
        .service(files::terminate::terminate_upload)
        .service(evidence::facts::get_photo_facts)
        .service(task::list::list_tasks)
        .service(task::start::start_task)
        .service(task::finish::finish_task)
        .service(sync::quarantine::list_quarantine)
        .service(sync::quarantine::replay_quarantine);
}

/// Tickets, and the commands that they are given.
fn tickets(config: &mut ServiceConfig<'_>) {
    config
        .service(ticket::list::list_tickets)
        .service(ticket::get::get_ticket)
        .service(ticket::acknowledge::acknowledge_ticket)
        .service(ticket::submit::submit_ticket)
        .service(ticket::recheck::recheck_ticket)
        .service(ticket::trail::get_ticket_trail)
        .service(ticket::stages::get_ticket_stages)
        .service(ticket::triage::list_triage)
        .service(ticket::file::file_ticket)
        .service(ticket::reject::reject_ticket)
        .service(ticket::merge::merge_ticket)
        .service(ticket::void::void_ticket)
        .service(ticket::give_back::return_ticket)
        .service(ticket::redispatch::redispatch_ticket)
        .service(ticket::rule_ownership::rule_ticket_ownership)
        .service(ticket::request_extension::request_ticket_extension)
        .service(ticket::approve_extension::approve_ticket_extension)
        .service(ticket::refuse_extension::refuse_ticket_extension)
        .service(ticket::request_suspension::request_ticket_suspension)
        .service(ticket::approve_suspension::approve_ticket_suspension)
        .service(ticket::refuse_suspension::refuse_ticket_suspension)
        .service(ticket::request_appeal::request_ticket_appeal)
        .service(ticket::approve_appeal::approve_ticket_appeal)
        .service(ticket::refuse_appeal::refuse_ticket_appeal)
        .service(ticket::force_close::force_close_ticket)
        .service(ticket::confirm_force_close::confirm_force_close_ticket)
        .service(ticket::refuse_force_close::refuse_force_close_ticket)
        .service(ticket::correct::correct_ticket)
        .service(ticket::comment::comment_ticket)
        .service(ticket::assign::assign_ticket)
        .service(ticket::recheckers::list_recheckers)
        .service(ticket::supervise::supervise_ticket)
        .service(ticket::reply::reply_to_slip);
}

/// What the supervision office and the auditor do beside tickets.
fn office(config: &mut ServiceConfig<'_>) {
    config
        .service(round::create::create_round)
        .service(round::list::list_rounds)
        .service(round::get::get_round)
        .service(round::replace::replace_round)
        .service(round::discard::discard_round)
        .service(round::draw::draw_round)
        .service(round::read_draw::get_round_draw)
        .service(round::release::release_round)
        .service(round::close::close_round)
        .service(round::coverage::get_round_coverage)
        .service(score::list::list_scores)
        .service(integrity::flag::flag_integrity)
        .service(integrity::lift::lift_integrity_flag)
        .service(integrity::counts::count_integrity_flags)
        .service(unmasking::ask::ask_unmasking)
        .service(unmasking::confirm::confirm_unmasking)
        .service(unmasking::refuse::refuse_unmasking)
        .service(unmasking::get::get_unmasking)
        .service(unmasking::list::list_unmaskings)
        .service(lost_point::list::list_lost_points)
        .service(lost_point::csv::list_lost_points_csv)
        .service(lost_point::of_round::list_round_lost_points)
        .service(ripple::list::list_ripples)
        .service(ripple::ask::ask_ripple)
        .service(ripple::get::get_ripple)
        .service(ripple::answer::answer_ripple)
        .service(lookback::list::list_lookbacks)
        .service(lookback::ask::assign_lookback)
        .service(lookback::draw::draw_lookbacks)
        .service(lookback::read_draw::get_lookback_draw)
        .service(ruling::list::list_rulings)
        .service(ruling::get::get_ruling)
        .service(ruling::end::end_ruling)
        .service(ticket::requests::list_requests)
        .service(handover::unit::hand_over_unit)
        .service(handover::person::hand_over_person)
        .service(handover::get::get_handover)
        .service(audit::heads::list_audit_heads)
        .service(audit::proof::prove_ticket_trail)
        .service(supervision::overdue::list_overdue)
        .service(supervision::overdue_csv::list_overdue_csv)
        .service(supervision::overdue_xlsx::list_overdue_xlsx)
        .service(supervision::due_soon::list_due_soon)
        .service(supervision::ledger::list_ledger)
        .service(supervision::ledger::list_ledger_csv)
        .service(supervision::ledger::list_ledger_xlsx)
        .service(supervision::statistics::count_tickets)
        .service(supervision::map::map_tickets)
        .service(supervision::slips::list_slips)
        .service(supervision::digests::list_digests)
        .service(supervision::figures::read_indicators)
        .service(supervision::figure_tickets::list_indicator_tickets)
        .service(supervision::boards::read_board)
        .service(bulletin::list::list_bulletins)
        .service(bulletin::create::create_bulletin)
        .service(bulletin::get::get_bulletin)
        .service(bulletin::page::get_bulletin_page)
        .service(bulletin::replace::replace_bulletin)
        .service(bulletin::discard::discard_bulletin)
        .service(bulletin::freeze::freeze_bulletin)
        .service(bulletin::publish::publish_bulletin)
        .service(supervision::stages::list_stages);
}

/// Accounts, policies and reference data.
fn administration(config: &mut ServiceConfig<'_>) {
    config
        .service(account::login::login)
        .service(account::refresh::refresh)
        .service(account::logout::logout)
        .service(account::me::get_me)
        .service(policy::list::list_policies)
        .service(policy::change::change_policies)
        .service(reference::import::import_reference)
        .service(reference::list_areas::list_areas)
        .service(reference::read_topology::read_topology)
        .service(reference::own_defect::own_defect)
        .service(reference::list_units::list_units)
        .service(reference::get_unit::get_unit)
        .service(reference::switch_off_unit::switch_off_unit)
        .service(reference::list_items::list_items)
        .service(reference::list_criteria::list_criteria)
        .service(reference::list_points::list_points)
        .service(reference::list_point_kinds::list_point_kinds)
        .service(reference::get_point::get_point)
        .service(reference::list_calendars::list_calendars)
        .service(reference::read_current_calendar::read_current_calendar)
        .service(duty::list::list_duties)
        .service(duty::record::record_duty)
        .service(duty::end::end_duty)
        .service(webhook::list::list_webhooks)
        .service(webhook::create::create_webhook)
        .service(webhook::get::get_webhook)
        .service(webhook::change::change_webhook)
        .service(webhook::remove::remove_webhook)
        .service(webhook::rotate::rotate_webhook_secret)
        .service(webhook::ping::ping_webhook)
        .service(webhook::replay::replay_webhook)
        .service(webhook::deliveries::list_webhook_deliveries)
        .service(account::list::list_users)
        .service(account::create::create_user)
        .service(account::get::get_user)
        .service(account::update::update_user)
        .service(openapi::get_openapi);
}

/// What lies outside the API: pages for people, checks for machines.
pub fn configure_outside(config: &mut web::ServiceConfig) {
    config
        .service(home::get_home)
        .service(home::get_healthz)
        .service(home::get_readyz)
        .service(home::get_metrics)
        .service(openapi::redirect_to_docs)
        .service(openapi::docs());
}

/// Paths of [`configure_outside`], for telling a wrong method from a wrong path. All take GET.
pub const OUTSIDE: [&str; 6] = [
    "/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/docs",
    "/docs/{file}*",
];
