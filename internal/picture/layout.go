package picture

import (
	"cmp"
	"slices"
)

// Measures of the picture, in its own units; a line of text is 13 high.
const (
	cardWidth                          = 236.0
	headHeight, lineHeight, footHeight = 42.0, 17.0, 10.0
	gapX, gapY                         = 26.0, 58.0
	passWidth                          = 10.0 // of the gap through which an edge passes a row
	margin                             = 14.0
)

// spot is a card, or the place where an edge passes a row.
type spot struct {
	layer    *Layer // nil for a passing edge
	x, width float64
	up, down []*spot // neighbours in the rows above and below
}

func (s *spot) middle() float64 { return s.x + s.width/2 }

// plan is where everything stands.
type plan struct {
	rows          [][]*spot
	top, height   []float64 // of rows
	width, bottom float64
	ways          [][]*spot // of each edge of the model: card, passed rows, card
}

// layOut puts the layers of a step into a row, in an order and at places that keep edges short.
func layOut(m Model) plan {
	var p plan
	cards := map[string]*spot{}
	for i := range m.Layers {
		l := &m.Layers[i]
		for len(p.rows) < l.Step {
			p.rows = append(p.rows, nil)
		}
		cards[l.Name] = &spot{layer: l, width: cardWidth}
		p.rows[l.Step-1] = append(p.rows[l.Step-1], cards[l.Name])
	}
	for _, e := range m.Edges {
		from, to := cards[e.From], cards[e.To]
		way := []*spot{from}
		for row := from.layer.Step; row < to.layer.Step-1; row++ {
			pass := &spot{width: passWidth}
			p.rows[row] = append(p.rows[row], pass)
			way = append(way, pass)
		}
		way = append(way, to)
		for i := range way[1:] {
			way[i].down = append(way[i].down, way[i+1])
			way[i+1].up = append(way[i+1].up, way[i])
		}
		p.ways = append(p.ways, way)
	}
	for _, row := range p.rows {
		p.width = max(p.width, total(row))
	}
	for _, row := range p.rows {
		pack(row, (p.width-total(row))/2)
	}
	p.arrange()
	p.stack()
	return p
}

func total(row []*spot) (width float64) {
	for _, s := range row {
		width += s.width + gapX
	}
	return width - gapX
}

// pack puts a row's spots beside each other from x on.
func pack(row []*spot, x float64) {
	for _, s := range row {
		s.x = x
		x += s.width + gapX
	}
}

// rounds is how often rows are looked at in both directions; more change nothing any more.
const rounds = 12

// arrange orders each row by where its neighbours stand, then moves spots towards them.
func (p *plan) arrange() {
	for round := range 2 * rounds {
		for i := range p.rows {
			row, of := p.rows[i], func(s *spot) []*spot { return s.up }
			if round%2 == 1 {
				row, of = p.rows[len(p.rows)-1-i], func(s *spot) []*spot { return s.down }
			}
			want := map[*spot]float64{}
			for _, s := range row {
				want[s] = mean(s, of(s))
			}
			if round < rounds {
				slices.SortStableFunc(row, func(a, b *spot) int { return cmp.Compare(want[a], want[b]) })
			}
			p.settle(row, want)
		}
	}
}

// mean is where the neighbours of s stand on average, its own place without any.
func mean(s *spot, neighbours []*spot) float64 {
	if len(neighbours) == 0 {
		return s.middle()
	}
	sum := 0.0
	for _, n := range neighbours {
		sum += n.middle()
	}
	return sum / float64(len(neighbours))
}

// settle brings spots as near to where they want to be as their order and the width allow.
func (p *plan) settle(row []*spot, want map[*spot]float64) {
	edge := 0.0
	for _, s := range row {
		s.x = max(want[s]-s.width/2, edge)
		edge = s.x + s.width + gapX
	}
	edge = p.width
	for _, s := range slices.Backward(row) {
		s.x = min(s.x, edge-s.width)
		edge = s.x - gapX
	}
}

// stack sets the rows below each other.
func (p *plan) stack() {
	y := margin
	for _, row := range p.rows {
		tallest := 0.0
		for _, s := range row {
			s.x += margin
			if s.layer != nil {
				tallest = max(tallest, s.layer.height())
			}
		}
		p.top, p.height = append(p.top, y), append(p.height, tallest)
		y += tallest + gapY
	}
	p.width += 2 * margin
	p.bottom = y - gapY + margin
}

// height is that of the layer's card.
func (l *Layer) height() float64 {
	return headHeight + lineHeight*float64(len(l.Components)) + footHeight
}
