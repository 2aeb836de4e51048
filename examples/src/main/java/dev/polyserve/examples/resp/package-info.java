/// A small key-value store with RESP, the protocol of Redis, for `redis-cli` and `redis-benchmark`.
///
/// [dev.polyserve.examples.resp.RespServer] starts the server, in either style. `RespRequestCodec` decodes requests,
/// `RespRequestExecutor` executes them on a `RespStore`, and `RespReplyWriter` writes the replies.
///
/// **Threads**: all connections share the store; every other object belongs to one connection.
///
/// **Depends on** the public interface only.
@NullMarked
package dev.polyserve.examples.resp;

import org.jspecify.annotations.NullMarked;
