#pragma once

#include "meaning.h"

namespace marcus {

/// What the rows of the table leave to code: each reads one kind of record's own members into `meaning`,
/// whose topic, priority and ids are already filled in from the row.
void refine_assignment(const Record& record, Meaning& meaning);
void refine_audit_call(const Record& record, Meaning& meaning);
void refine_blocker(const Record& record, Meaning& meaning);
void refine_client(const Record& record, Meaning& meaning);
void refine_completion(const Record& record, Meaning& meaning);
void refine_decision(const Record& record, Meaning& meaning);
void refine_error(const Record& record, Meaning& meaning);
void refine_gridlock(const Record& record, Meaning& meaning);
void refine_kanban(const Record& record, Meaning& meaning);
void refine_ping(const Record& record, Meaning& meaning);
void refine_progress(const Record& record, Meaning& meaning);
void refine_project(const Record& record, Meaning& meaning);
void refine_project_state(const Record& record, Meaning& meaning);
void refine_tool_failure(const Record& record, Meaning& meaning);
void refine_warning(const Record& record, Meaning& meaning);

}  // namespace marcus
