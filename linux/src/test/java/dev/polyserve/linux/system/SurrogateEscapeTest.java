package dev.polyserve.linux.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Checks that the system's byte strings survive the conversion to text and back.
class SurrogateEscapeTest {
    @Test
    void everyByteComesBack() {
        byte[] all = new byte[3 * 256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
            all[256 + 2 * i] = (byte) 0xc3;
            all[256 + 2 * i + 1] = (byte) i;
        }
        assertThat(SurrogateEscape.encode(SurrogateEscape.decode(all))).isEqualTo(all);
    }

    @Test
    void whatIsTextIsTheText() {
        byte[] bytes = "Gr\u00fc\u00df \u20ac \ud83d\ude00".repeat(100).getBytes(SurrogateEscape.CHARSET);
        assertThat(SurrogateEscape.decode(bytes)).isEqualTo(new String(bytes, SurrogateEscape.CHARSET));
        assertThat(SurrogateEscape.hasForeignBytes(SurrogateEscape.decode(bytes))).isFalse();
    }

    @Test
    void whatIsNoTextIsKnown() {
        if (SurrogateEscape.CHARSET.equals(StandardCharsets.UTF_8)) {
            String text = SurrogateEscape.decode(new byte[]{'a', (byte) 0xfc, 'b'});
            assertThat(text).isEqualTo("a\udcfcb");
            assertThat(SurrogateEscape.hasForeignBytes(text)).isTrue();
        }
    }

    @Test
    void aCharacterThatTheEncodingHasNotIsRefused() {
        assertThatThrownBy(() -> SurrogateEscape.encode("\ud800")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has characters that this locale's encoding");
    }
}
