// A task as people and programs outside see it: what the API answers and what a handler is given.
#pragma once

#include <string>

#include "domain/task.h"

namespace ordo::domain {

// Appends the task as one JSON object.
void append_task(std::string& out, const Task& task);

}  // namespace ordo::domain
