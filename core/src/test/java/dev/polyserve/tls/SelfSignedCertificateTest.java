package dev.polyserve.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/// All servers of a program, and its other processes, have one self-signed certificate.
class SelfSignedCertificateTest {
    @Test
    void itStaysWhileItNamesTheHosts() throws Exception {
        CertificateWithKey first = SelfSignedCertificate.naming(List.of("one.example"));
        assertThat(SelfSignedCertificate.naming(List.of())).isSameAs(first);
        CertificateWithKey second = SelfSignedCertificate.naming(List.of("two.example"));
        assertThat(second.names()).contains("one.example", "two.example", "localhost");
        assertThat(SelfSignedCertificate.naming(List.of("one.example"))).isSameAs(second);
    }

    @Test
    void anotherProcessTakesItWithItsKey() throws Exception {
        CertificateWithKey made = SelfSignedCertificate.naming(List.of("one.example"));
        ByteBuffer encoded = SelfSignedCertificate.encoded().orElseThrow();
        SelfSignedCertificate.take(encoded);
        CertificateWithKey taken = SelfSignedCertificate.naming(List.of("one.example"));
        assertThat(taken).isNotSameAs(made);
        assertThat(taken.certificate()).isEqualTo(made.certificate());
        assertThat(CertificateWithKey.belongs(taken.key(), made.certificate().getPublicKey())).isTrue();
        assertThat(taken.source()).isEqualTo(made.source());
    }

    @Test
    void damagedBytesAreRefused() throws Exception {
        CertificateWithKey made = SelfSignedCertificate.naming(List.of());
        byte[] encoded = SelfSignedCertificate.encoded().orElseThrow().array();
        for (int length = 0; length < encoded.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(encoded, 0, length);
            assertThatThrownBy(() -> SelfSignedCertificate.take(cut)).isInstanceOf(IOException.class);
        }
        assertThat(SelfSignedCertificate.naming(List.of())).isSameAs(made);
    }
}
