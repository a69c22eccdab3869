#include <gtest/gtest.h>

#include <string>

#include "net/async_client.h"
#include "support/exchanges.h"
#include "support/temp_dir.h"
#include "support/tls_listener.h"

namespace ordo::net {
namespace {

AsyncRequest request_to(const testing::TlsListener& server) {
  AsyncRequest request;
  request.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/a";
  request.body = "hush";
  request.allow_private = true;
  return request;
}
ExchangeFault tls_fault(const Exchanged& exchanged) {
  EXPECT_FALSE(exchanged.has_value());
  return exchanged ? ExchangeFault::invalid : exchanged.error().fault;
}

TEST(AsyncClientTls, TalksToAServerWithATrustedCertificate) {
  const testing::TempDir dir;
  const testing::TlsListener server("IP:127.0.0.1", dir.file("ca.pem"));
  AsyncClient client({.ca_file = dir.file("ca.pem")});
  const Exchanged answer = testing::Exchanges(client).call(request_to(server));
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(answer->body, "secure");
}

TEST(AsyncClientTls, SendsNothingToAServerWithoutATrustedCertificate) {
  const testing::TempDir dir;
  const testing::TlsListener server("IP:127.0.0.1", dir.file("ca.pem"));
  AsyncClient client;
  EXPECT_EQ(tls_fault(testing::Exchanges(client).call(request_to(server))), ExchangeFault::tls);
  EXPECT_EQ(server.requests(), 0);
}

TEST(AsyncClientTls, SendsNothingToAServerWithTheCertificateOfAnother) {
  const testing::TempDir dir;
  const testing::TlsListener server("IP:127.0.0.2", dir.file("ca.pem"));
  AsyncClient client({.ca_file = dir.file("ca.pem")});
  EXPECT_EQ(tls_fault(testing::Exchanges(client).call(request_to(server))), ExchangeFault::tls);
  EXPECT_EQ(server.requests(), 0);
}

}  // namespace
}  // namespace ordo::net
