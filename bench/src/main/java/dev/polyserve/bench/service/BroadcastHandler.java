package dev.polyserve.bench.service;

import dev.polyserve.Connection;
import dev.polyserve.Handler;
import dev.polyserve.Sender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Sends the bytes of each client to all clients, including the sender.
///
/// All connections of the process share one room. The connection of a client that does not read fast enough is closed,
/// which the load generator reports as an error.
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
        // Echoing the first byte tells the client that its connection is in the room.
        int first = connection.readByte();
        if (first < 0) {
            return;
        }
        connection.writeByte(first);
        connection.flush();
        byte[] piece = new byte[PIECE_BYTES];
        for (int length; (length = connection.read(piece)) >= 0;) {
            broadcast(ByteBuffer.wrap(piece, 0, length));
        }
    }

    @Override
    public void finish(Connection connection) {
        ROOM.remove(connection.sender());
    }

    private static void broadcast(ByteBuffer message) {
        for (Sender member : ROOM) {
            if (!member.offer(message.duplicate())) {
                member.close();
            }
        }
    }
}
