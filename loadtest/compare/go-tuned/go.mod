module tuned

go 1.22
