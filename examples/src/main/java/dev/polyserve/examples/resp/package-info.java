/// A small store that speaks RESP, the protocol of Redis: `redis-cli` and `redis-benchmark` talk to it.
///
/// [dev.polyserve.examples.resp.RespServer] starts it, in either style. `Requests` finds the requests in the stream, `Answers`
/// answers them from a `Store`.
///
/// **Threads**: the store is shared by all connections; all else belongs to one of them.
///
/// **Depends on** the public interface only.
@NullMarked
package dev.polyserve.examples.resp;

import org.jspecify.annotations.NullMarked;
