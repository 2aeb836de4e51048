package dev.polyserve.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileNameEncodingTest {
    @ParameterizedTest
    @CsvSource({"UTF-8, true", "ISO-8859-1, true", "ISO-8859-15, true", "US-ASCII, false", "EUC-JP, false"})
    void everyNameIsReadWhereItsBytesOrThePlaceOfLostOnesCanBeWritten(String encoding, boolean readsEvery) {
        assertThat(FileNameEncoding.readsEveryName(Charset.forName(encoding))).isEqualTo(readsEvery);
    }
}
