#include "app/objects.h"

#include <optional>
#include <utility>

#include "app/reading.h"

namespace ordo::app {
void find_object(Backend& backend, std::string bucket, std::string key,
                 Answer<ports::Object> answer) {
  read(backend.for_objects(), std::move(answer),
       [bucket = std::move(bucket), key = std::move(key)](const ports::Reads& reads) {
         base::Result<std::optional<ports::Object>> found = std::nullopt;
         if (reads.objects != nullptr) found = reads.objects->get(bucket, key);
         return known(std::move(found), "there is no such object");
       });
}

void list_objects(Backend& backend, std::string bucket, std::string prefix, std::string after,
                  std::size_t limit, Answer<ports::ObjectPage> answer) {
  read(backend.for_objects(), std::move(answer),
       [bucket = std::move(bucket), prefix = std::move(prefix), after = std::move(after),
        limit](const ports::Reads& reads) {
         base::Result<std::optional<ports::ObjectPage>> found = std::nullopt;
         if (reads.objects != nullptr) found = reads.objects->list(bucket, prefix, after, limit);
         return known(std::move(found), "there is no such bucket");
       });
}

}  // namespace ordo::app
