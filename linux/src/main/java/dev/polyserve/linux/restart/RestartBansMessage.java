package dev.polyserve.linux.restart;

import dev.polyserve.Networks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The bans of an old program, for the new one: a line for each, with the time that is left of it. What is left is a duration, so
/// the clocks of the two programs do not matter.
final class RestartBansMessage {
    private static final String GREETING = "bans";
    /// Some 40 bytes each.
    private static final int MOST_IN_PACKET = 500;

    private RestartBansMessage() {}

    /// The packets that carry these bans; none where there are none.
    static List<ByteBuffer> packets(Map<Networks, Duration> bans) {
        List<ByteBuffer> packets = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (Map.Entry<Networks, Duration> ban : bans.entrySet()) {
            lines.add(ban.getKey() + " " + ban.getValue().toMillis());
            if (lines.size() == MOST_IN_PACKET) {
                packets.add(packet(lines));
                lines.clear();
            }
        }
        if (!lines.isEmpty()) {
            packets.add(packet(lines));
        }
        return packets;
    }

    private static ByteBuffer packet(List<String> lines) {
        return StandardCharsets.US_ASCII.encode(GREETING + "\n" + String.join("\n", lines));
    }

    /// Adds the bans in a packet.
    ///
    /// @throws IOException when it is no such packet
    static void read(ByteBuffer packet, Map<Networks, Duration> into) throws IOException {
        String[] lines = StandardCharsets.US_ASCII.decode(packet).toString().split("\n", -1);
        try {
            if (!lines[0].equals(GREETING)) {
                throw new IllegalArgumentException("its packet does not begin with '" + GREETING + "'");
            }
            for (int i = 1; i < lines.length; i++) {
                int space = lines[i].indexOf(' ');
                into.put(Networks.parse(lines[i].substring(0, Math.max(0, space))),
                        Duration.ofMillis(Long.parseLong(lines[i].substring(space + 1))));
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "the program to take over from sends no bans that this one can read: " + e.getMessage(),
                    e);
        }
    }
}
