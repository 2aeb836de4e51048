package dev.polyserve.linux.restart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Networks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Bans on their way to a new program.
class RestartBansMessageTest {
    /// A packet of the restart's channel, and of those that follow some may wait in the kernel.
    private static final int MOST_PACKET_BYTES = 40_000;

    @Test
    void manyBansArriveInTheirOrder() throws Exception {
        Map<Networks, Duration> bans = new LinkedHashMap<>();
        for (int i = 0; i < 10_000; i++) {
            bans.put(Networks.parse(i % 2 == 0
                    ? "192.168." + (i >> 8) + "." + (i & 0xFF)
                    : "2001:db8:ffff:" + Integer.toHexString(0x1000 + i) + "::/64"), Duration.ofMillis(i));
        }
        Map<Networks, Duration> arrived = new LinkedHashMap<>();
        for (ByteBuffer packet : RestartBansMessage.packets(bans)) {
            assertThat(packet.remaining()).isLessThan(MOST_PACKET_BYTES);
            RestartBansMessage.read(packet, arrived);
        }
        assertThat(List.copyOf(arrived.entrySet())).isEqualTo(List.copyOf(bans.entrySet()));
        assertThat(RestartBansMessage.packets(Map.of())).isEmpty();
    }

    @Test
    void anythingElseIsRefused() {
        for (String text : List.of("confirm", "192.0.2.7 1000", "198.51.100.1 1\n192.0.2.7 1000", "bans\n192.0.2.7",
                "bans\n192.0.2.7 x", "bans\nx 1")) {
            ByteBuffer packet = StandardCharsets.US_ASCII.encode(text);
            assertThatThrownBy(() -> RestartBansMessage.read(packet, new LinkedHashMap<>()))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("the program to take over from sends no bans");
        }
    }
}
