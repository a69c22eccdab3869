// The use cases over objects, a verb each. Answers come as those of tasks.h.
#pragma once

#include <cstddef>
#include <string>

#include "app/tasks.h"
#include "ports/object_store.h"

namespace ordo::app {

// `not_found` without such an object; and, of lists, without such a bucket.
void find_object(Backend& backend, std::string bucket, std::string key,
                 Answer<ports::Object> answer);
void list_objects(Backend& backend, std::string bucket, std::string prefix, std::string after,
                  std::size_t limit, Answer<ports::ObjectPage> answer);

}  // namespace ordo::app
