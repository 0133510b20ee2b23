#include "socketio-redis/redis_address.h"

#include "support/catch.h"

using namespace socketio_redis;

namespace {

// "user:password@host:port", or why not.
std::string read(std::string_view url) {
  const auto address = parse_redis_url(url);
  if (!address) return address.error().message.substr(0, address.error().message.find(';'));
  return address->user + ':' + address->password + '@' + address->to_string();
}

}  // namespace

TEST_CASE("the URLs of Redis that clients of other languages take are read") {
  CHECK(read("redis://") == ":@127.0.0.1:6379");
  CHECK(read("redis://localhost") == ":@localhost:6379");
  CHECK(read("redis://localhost:7000/3") == ":@localhost:7000");
  CHECK(read("redis://10.0.0.1/") == ":@10.0.0.1:6379");
  CHECK(read("redis://[::1]:7000/0") == ":@::1:7000");
  CHECK(read("redis://[::1]") == ":@::1:6379");
  CHECK(read("redis://:secret@localhost") == ":secret@localhost:6379");
  CHECK(read("redis://me:p%40ss%2fw%ord@localhost:1") == "me:p@ss/w%ord@localhost:1");
  CHECK(read("redis://:a@b@localhost") == ":a@b@localhost:6379");
  CHECK(read("unix:///run/redis.sock") == ":@/run/redis.sock");
  CHECK(read("unix:///run/my%20redis.sock?db=1") == ":@/run/my redis.sock");
}

TEST_CASE("what is no URL of Redis is refused, and why") {
  CHECK(read("") == "it is not of Redis");
  CHECK(read("http://localhost") == "it is not of Redis");
  CHECK(read("rediss://localhost") == "TLS is not spoken");
  CHECK(read("unix://redis.sock") == "it names no socket");
  CHECK(read("redis://localhost:0") == "its port is no number from 1 to 65535");
  CHECK(read("redis://localhost:65536") == "its port is no number from 1 to 65535");
  CHECK(read("redis://localhost:") == "its port is no number from 1 to 65535");
  CHECK(read("redis://localhost/x") == "its database is no number");
  CHECK(read("redis://[::1") == "its host has no end");
}
