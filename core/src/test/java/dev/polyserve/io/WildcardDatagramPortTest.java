package dev.polyserve.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class WildcardDatagramPortTest {
    @Test
    void addressesAreShownInTheirShortestForm() throws IOException {
        assertThat(WildcardDatagramPort.places(new Endpoint.Udp("*", 0))).isNotEmpty()
                .extracting(place -> place.toString()).noneMatch(text -> text.contains("0:0:"))
                .noneMatch(text -> text.contains("::1%"));
    }
}
