#include "sqlite/read_connection.h"

#include <utility>

namespace ordo::sqlite {

base::Result<std::unique_ptr<ReadConnection>> ReadConnection::open(const std::string& path,
                                                                   const std::string& vfs) {
  base::Result<Connection> connection = Connection::open(path, Access::read_only, vfs);
  if (!connection) return base::fail(connection.error());
  // Scans pass through the cache once: a large one would only hold memory.
  const base::Result<void> tuned =
      connection->execute("PRAGMA query_only = ON; PRAGMA cache_size = -1024;");
  if (!tuned) return base::fail(tuned.error());
  std::unique_ptr<ReadConnection> reader(new ReadConnection(std::move(*connection)));
  base::Result<void> ready = reader->tasks_.prepare();
  if (ready) ready = reader->orders_.prepare();
  if (ready) ready = reader->executions_.prepare();
  if (!ready) return base::fail(std::move(ready.error()));
  return reader;
}

}  // namespace ordo::sqlite
