package dev.polyserve.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import dev.polyserve.Networks;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenTextTest {
    @Test
    void theSendersFollowTheEndpoint() {
        assertThat(ListenText.parse("tcp://*:25?proxy=10.0.0.0/8,::1")).isEqualTo(
                new ListenText(Endpoint.parse("tcp://*:25"), Optional.of(Networks.parse("10.0.0.0/8,::1"))));
        assertThat(ListenText.parse("unix:/run/a?b?proxy=any")).isEqualTo(
                new ListenText(Endpoint.parse("unix:/run/a?b"), Optional.of(Networks.any())));
        assertThat(ListenText.parse("udp://*:53?proxy=10.0.0.2").senders()).contains(Networks.parse("10.0.0.2"));
        assertThat(ListenText.parse("fd:3").senders()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"unixgram:/s?proxy=any|datagrams of Unix",
        "tcp://h:1?proxy=|bad network ''", "tcp://h:1?proxy=x|bad network 'x'", "tcp://h?proxy=any|port is missing"})
    void aMistakeIsSaid(String text, String why) {
        assertThatThrownBy(() -> ListenText.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why).hasMessageStartingWith("bad endpoint '");
    }
}
