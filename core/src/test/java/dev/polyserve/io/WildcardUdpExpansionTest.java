package dev.polyserve.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Endpoint;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class WildcardUdpExpansionTest {
    @Test
    void addressesAreShownInTheirShortestForm() throws IOException {
        assertThat(WildcardUdpExpansion.places(new Endpoint.Udp("*", 0))).isNotEmpty()
                .extracting(place -> place.toString()).noneMatch(text -> text.contains("0:0:"))
                .noneMatch(text -> text.contains("::1%"));
    }
}
