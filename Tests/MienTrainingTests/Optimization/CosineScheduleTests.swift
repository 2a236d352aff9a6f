import Foundation
import Testing

import MienTraining

@Suite struct CosineScheduleTests {
    struct Case: Decodable {
        let epochs: Int
        let period: Double
        let rates: [Double]
    }

    @Test func ratesAreThoseOfPyTorchBeyondThePeriodToo() throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: golden("schedule.json")))
        for golden in try JSONDecoder().decode([Case].self, from: data) {
            let schedule = CosineSchedule(highest: 1e-3, lowest: 1e-5, period: golden.period)
            for (epoch, rate) in golden.rates.enumerated() {
                #expect(abs(schedule.rate(epoch: epoch) - rate) < 1e-9, "\(golden.period), epoch \(epoch)")
            }
        }
    }
}
