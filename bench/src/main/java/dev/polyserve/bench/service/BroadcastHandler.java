package dev.polyserve.bench.service;

import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.Sender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What one client sends, all of them receive, itself too.
///
/// Every connection of the process is in the one room. Whoever does not take what is sent is let go, which the load
/// generator sees as an error.
public final class BroadcastHandler implements Handler {
    private static final Set<Sender> ROOM = ConcurrentHashMap.newKeySet();
    private static final int PIECE_BYTES = 4 << 10;

    /// For loading by name.
    public BroadcastHandler() {}

    @Override
    public void setUp(Connection connection) {
        ROOM.add(connection.sender());
    }

    @Override
    public void handle(Connection connection) throws IOException {
        // The first byte of a listener is its greeting, which it gets back: it then knows that it is in the room.
        int first = connection.readByte();
        if (first < 0) {
            return;
        }
        connection.writeByte(first);
        connection.flush();
        byte[] piece = new byte[PIECE_BYTES];
        for (int length; (length = connection.read(piece)) >= 0;) {
            tellAll(ByteBuffer.wrap(piece, 0, length));
        }
    }

    @Override
    public void finish(Connection connection) {
        ROOM.remove(connection.sender());
    }

    private static void tellAll(ByteBuffer said) {
        for (Sender member : ROOM) {
            if (!member.offer(said.duplicate())) {
                member.close();
            }
        }
    }
}
