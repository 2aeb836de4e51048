package dev.polyserve.cli.services;

import dev.polyserve.Codec;
import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.Sender;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A client in a [ChatRoom].
///
/// **Thread**: the connection's own, except for [#deliver], which any thread may call.
final class ChatMember implements Handler {
    private static final Codec<String> LINES = RawLineCodec.printable();
    private static final String RENAME = "/name";
    /// The maximum number of lines kept for a client that does not even receive its welcome.
    private static final int MOST_EARLY = 100;

    private final ChatRoom room;
    private final ReentrantLock delivery = new ReentrantLock();
    /// Lines that arrived between entering the room and the welcome, which must come first. Guarded by `delivery`, as
    /// are the next two.
    private final List<String> early = new ArrayList<>();
    private @Nullable Sender sender;
    private long missed;
    private @Nullable String name;

    ChatMember(ChatRoom room) {
        this.room = room;
    }

    @Override
    public void setUp(Connection connection) throws IOException {
        String given = room.enter(this);
        named(given);
        ChatRoom.greet(connection, given);
        connection.flush();
        welcomed(connection.sender());
    }

    @Override
    public void handle(Connection connection) throws IOException {
        boolean staying = true;
        for (String line; staying && (line = connection.read(LINES)) != null;) {
            staying = said(connection, line.strip());
        }
    }

    @Override
    public void finish(Connection connection) {
        String last = name;
        if (last != null) {
            room.leave(this, last);
        }
    }

    /// Sets the name; called only by the room, during a call of this connection.
    void named(String newName) {
        name = newName;
    }

    /// Delivers a line to the client, or counts it as missed.
    void deliver(String line) {
        delivery.lock();
        try {
            Sender to = sender;
            if (to != null) {
                pass(line, to);
            } else if (early.size() < MOST_EARLY) {
                early.add(line);
            } else {
                missed++;
            }
        } finally {
            delivery.unlock();
        }
    }

    private void welcomed(Sender to) {
        delivery.lock();
        try {
            early.forEach(line -> pass(line, to));
            early.clear();
            sender = to;
        } finally {
            delivery.unlock();
        }
    }

    private void pass(String line, Sender to) {
        String whole = missed == 0
                ? line + "\n"
                : "* you missed " + missed + " lines: your connection was too slow\n" + line + "\n";
        if (to.offer(whole)) {
            missed = 0;
        } else {
            missed++;
        }
    }

    private boolean said(Connection connection, String line) throws IOException {
        String own = name;
        if (own == null || line.equals("/quit")) {
            return false;
        }
        if (line.equals("/who")) {
            connection.writeLine("* here: " + room.names());
        } else if (line.equals(RENAME) || line.startsWith(RENAME + " ")) {
            connection.writeLine(room.rename(this, own, line.substring(RENAME.length()).strip()));
        } else if (line.startsWith("/")) {
            connection.writeLine("* the commands are /name NEW, /who and /quit");
        } else if (!line.isEmpty()) {
            room.sendToOthers(this, own + ": " + line);
        }
        return true;
    }
}
