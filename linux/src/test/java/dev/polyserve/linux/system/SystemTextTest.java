package dev.polyserve.linux.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Checks that the system's byte strings survive the conversion to text and back.
class SystemTextTest {
    @Test
    void everyByteComesBack() {
        byte[] all = new byte[3 * 256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
            all[256 + 2 * i] = (byte) 0xc3;
            all[256 + 2 * i + 1] = (byte) i;
        }
        assertThat(SystemText.encode(SystemText.decode(all))).isEqualTo(all);
    }

    @Test
    void whatIsTextIsTheText() {
        byte[] bytes = "Gr\u00fc\u00df \u20ac \ud83d\ude00".repeat(100).getBytes(SystemText.CHARSET);
        assertThat(SystemText.decode(bytes)).isEqualTo(new String(bytes, SystemText.CHARSET));
        assertThat(SystemText.hasForeignBytes(SystemText.decode(bytes))).isFalse();
    }

    @Test
    void whatIsNoTextIsKnown() {
        if (SystemText.CHARSET.equals(StandardCharsets.UTF_8)) {
            String text = SystemText.decode(new byte[]{'a', (byte) 0xfc, 'b'});
            assertThat(text).isEqualTo("a\udcfcb");
            assertThat(SystemText.hasForeignBytes(text)).isTrue();
        }
    }

    @Test
    void aCharacterThatTheEncodingHasNotIsRefused() {
        assertThatThrownBy(() -> SystemText.encode("\ud800")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has characters that this locale's encoding");
    }
}
