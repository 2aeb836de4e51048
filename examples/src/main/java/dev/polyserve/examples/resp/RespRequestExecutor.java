package dev.polyserve.examples.resp;

import dev.polyserve.Output;
import java.io.IOException;
import java.util.Locale;

/// Executes the requests of one connection and writes the replies.
///
/// **Thread**: its connection's turn.
final class RespRequestExecutor {
    private static final String FULL = "OOM command not allowed: the store is full";

    private final RespStore store;
    private final RespReplyWriter replies = new RespReplyWriter();
    private final RespKey key = new RespKey();

    RespRequestExecutor(RespStore store) {
        this.store = store;
    }

    /// Writes the reply; closes the output after the last request of the connection.
    void answer(RespRequest request, Output output) throws IOException {
        if (!request.violation().isEmpty()) {
            replies.error(output, "ERR Protocol error: " + request.violation());
            output.close();
        } else if (request.words() > 0) {
            RespCommand command = RespCommand.of(request);
            if (command.takes(request.words())) {
                answer(command, request, output);
            } else {
                replies.error(output, "ERR wrong number of arguments for '" + command.name().toLowerCase(Locale.ROOT)
                        + "' command");
            }
        }
    }

    private void answer(RespCommand command, RespRequest request, Output output) throws IOException {
        switch (command) {
            case PING -> {
                if (request.words() == 1) {
                    replies.pong(output);
                } else {
                    echo(request, output);
                }
            }
            case ECHO -> echo(request, output);
            case GET -> get(request, output);
            case SET -> set(request, output);
            case INCR -> increment(request, output);
            case DEL -> count(request, output, true);
            case EXISTS -> count(request, output, false);
            case CONFIG -> config(request, output);
            case COMMAND -> replies.array(output, 0);
            case QUIT -> {
                replies.ok(output);
                output.close();
            }
            case UNKNOWN -> replies.error(output, "ERR unknown command '" + request.text(0) + "'");
        }
    }

    private void echo(RespRequest request, Output output) throws IOException {
        replies.string(output, request.bytes(), request.start(1), request.length(1));
    }

    private void get(RespRequest request, Output output) throws IOException {
        byte[] value = store.get(key(request, 1));
        if (value == null) {
            replies.none(output);
        } else {
            replies.string(output, value);
        }
    }

    private void set(RespRequest request, Output output) throws IOException {
        if (store.full()) {
            replies.error(output, FULL);
            return;
        }
        store.put(key(request, 1), request.copy(2));
        replies.ok(output);
    }

    private void increment(RespRequest request, Output output) throws IOException {
        if (store.full()) {
            replies.error(output, FULL);
            return;
        }
        long value;
        try {
            value = store.increment(key(request, 1));
        } catch (NumberFormatException e) {
            replies.error(output, "ERR value is not an integer or out of range");
            return;
        }
        replies.number(output, value);
    }

    private void count(RespRequest request, Output output, boolean remove) throws IOException {
        int count = 0;
        for (int i = 1; i < request.words(); i++) {
            RespKey each = key(request, i);
            if (remove ? store.remove(each) : store.get(each) != null) {
                count++;
            }
        }
        replies.number(output, count);
    }

    /// Replies to `CONFIG GET` for the two settings that `redis-benchmark` reads: no data is written to disk.
    private void config(RespRequest request, Output output) throws IOException {
        String name = request.text(2).toLowerCase(Locale.ROOT);
        if (!request.text(1).equalsIgnoreCase("get")) {
            replies.error(output, "ERR unknown subcommand '" + request.text(1) + "'");
        } else if (name.equals("save") || name.equals("appendonly")) {
            replies.array(output, 2);
            replies.string(output, request.bytes(), request.start(2), request.length(2));
            replies.string(output, name.equals("save") ? new byte[0] : new byte[]{'n', 'o'});
        } else {
            replies.array(output, 0);
        }
    }

    private RespKey key(RespRequest request, int word) {
        return key.set(request.bytes(), request.start(word), request.length(word));
    }
}
