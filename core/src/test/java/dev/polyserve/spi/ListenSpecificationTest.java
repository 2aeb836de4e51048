package dev.polyserve.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Endpoint;
import dev.polyserve.Networks;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenSpecificationTest {
    @Test
    void theSendersFollowTheEndpoint() {
        assertThat(ListenSpecification.parse("tcp://*:25?proxy=10.0.0.0/8,::1")).isEqualTo(
                new ListenSpecification(Endpoint.parse("tcp://*:25"), Optional.of(Networks.parse("10.0.0.0/8,::1"))));
        assertThat(ListenSpecification.parse("unix:/run/a?b?proxy=any")).isEqualTo(
                new ListenSpecification(Endpoint.parse("unix:/run/a?b"), Optional.of(Networks.any())));
        assertThat(ListenSpecification.parse("udp://*:53?proxy=10.0.0.2").senders())
                .contains(Networks.parse("10.0.0.2"));
        assertThat(ListenSpecification.parse("fd:3").senders()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"unixgram:/s?proxy=any|datagrams of Unix",
        "tcp://h:1?proxy=|bad network ''", "tcp://h:1?proxy=x|bad network 'x'", "tcp://h?proxy=any|port is missing"})
    void aMistakeIsSaid(String text, String why) {
        assertThatThrownBy(() -> ListenSpecification.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why).hasMessageStartingWith("bad endpoint '");
    }
}
