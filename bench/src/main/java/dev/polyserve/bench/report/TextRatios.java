package dev.polyserve.bench.report;

import dev.polyserve.bench.report.Ranking.Place;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Who does how many times as much as whom: each against each where there is room, else each against the best.
final class TextRatios {
    private static final int LARGEST_MATRIX = 6;

    private final Ranking ranking;
    private final int width;

    TextRatios(Ranking ranking, int width) {
        this.ranking = ranking;
        this.width = width;
    }

    List<String> lines() {
        if (ranking.places().size() < 2) {
            return List.of();
        }
        TextTable matrix = matrix();
        boolean fits = ranking.places().size() <= LARGEST_MATRIX && matrix.leftOut(width).isEmpty();
        return fits ? withTitle(matrix.lines(width)) : List.of(againstBest());
    }

    private List<String> withTitle(List<String> lines) {
        String title = ranking.metric().label() + " of the row in terms of the column's, median of the rounds "
                + "(least–most); ~ may be noise:";
        return Stream.concat(Stream.of(title), lines.stream()).toList();
    }

    private TextTable matrix() {
        TextTable table = new TextTable();
        List<Place> places = ranking.places();
        table.column("", 0, places.stream().map(Place::name).toList());
        for (Place column : places) {
            table.column(column.name(), 1, places.stream()
                    .map(row -> row.equals(column)
                            ? "·"
                            : cell(Ratio.of(row.entry(), column.entry(), ranking.metric())))
                    .toList());
        }
        return table;
    }

    private String againstBest() {
        List<Place> places = ranking.places();
        List<String> parts = places.stream().skip(1).map(place -> place.name() + " "
                + cell(Ratio.of(place.entry(), places.getFirst().entry(), ranking.metric()))).toList();
        return ranking.metric().label() + " in terms of " + places.getFirst().name() + "'s, median of the rounds "
                + "(least–most); ~ may be noise: " + String.join(", ", parts);
    }

    private static String cell(Optional<Ratio> ratio) {
        return ratio.map(Ratio::full).orElse("–");
    }
}
