// A task as it is answered.
#pragma once

#include <string>

#include "domain/task.h"
#include "domain/task_text.h"

namespace ordo::api {

using domain::append_task;

// The strong validator of a task's current state, with its quotes.
[[nodiscard]] std::string etag_of(const domain::Task& task);

// Its JSON Schema object.
[[nodiscard]] std::string task_schema();

}  // namespace ordo::api
